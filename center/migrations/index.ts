import type { Migration } from 'kysely/migration';
import { start } from './001-start.ts';

/** In order of their names. A migration that has run anywhere never changes again. */
export const migrations: Record<string, Migration> = { '001-start': start };
