export const version = 18;

/**
 * Rows of the dinas' list that a person is just looking at; nothing else reads them. Emptied when that ends, and at
 * each start. `change` says what the row would do; `problem` keeps it out, but for `name`, which asks for a look.
 */
export const sql = `
CREATE TABLE summons_row (
  line INTEGER PRIMARY KEY,
  nik TEXT NOT NULL,
  date TEXT,
  session TEXT,
  desa TEXT,
  change TEXT CHECK (change IN ('added', 'moved', 'same')),
  problem TEXT,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX summons_row_nik ON summons_row(nik) WHERE change IS NOT NULL;
CREATE INDEX summons_row_place ON summons_row(date, session, desa, nik, change) WHERE change IN ('added', 'moved');
CREATE INDEX summons_row_problem ON summons_row(line) WHERE problem IS NOT NULL;
`;
