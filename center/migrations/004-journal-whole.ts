import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Up to which number a station's journal was found without a gap; what lies behind it need not be looked at again. */
export const journalWhole: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`alter table station add column journal_whole int8 not null default 0`.execute(db);
  },
};
