import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whether the password is a first one, which its owner must change at the next login. */
export const account: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`alter table account add column must_change boolean not null default false`.execute(db);
  },
};
