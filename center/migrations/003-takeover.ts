import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // Who delivers what a dead station left, and the last number that counts of it.
  `alter table station add column taken_over_by uuid references station, add column last_sequence int8`,
  `create index station_taken_over on station (taken_over_by) where taken_over_by is not null`,
  // Whose recovery kit holds this code.
  `alter table activation_code add column issued_for uuid references station`,
];

export const takeover: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
