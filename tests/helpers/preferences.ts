import type { WebPreferences } from 'electron';

/** Electron has it and leaves it out of its types: what a page really runs with, defaults included. */
export interface WithPreferences {
  getLastWebPreferences(): WebPreferences | null;
}
