import type { Migration } from 'kysely/migration';
import { start } from './001-start.ts';
import { account } from './002-account.ts';
import { takeover } from './003-takeover.ts';
import { journalWhole } from './004-journal-whole.ts';

/** In order of their names. A migration that has run anywhere never changes again. */
export const migrations: Record<string, Migration> = {
  '001-start': start,
  '002-account': account,
  '003-takeover': takeover,
  '004-journal-whole': journalWhole,
};
