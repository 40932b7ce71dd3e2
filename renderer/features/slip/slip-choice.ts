import { useSyncExternalStore } from 'react';
import type { Paper } from './slip-paper.tsx';

/** What was last chosen, for every slip of this window; where slips are printed is the desk's, not the resident's. */
interface Choice {
  readonly paper: Paper;
  /** Null until one was chosen: then the system's own default. */
  readonly printer: string | null;
}

let choice: Choice = { paper: '80mm', printer: null };
const listeners = new Set<() => void>();

export function choose(next: Partial<Choice>): void {
  choice = { ...choice, ...next };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useChoice(): Choice {
  return useSyncExternalStore(subscribe, () => choice);
}
