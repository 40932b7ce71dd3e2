export const version = 13;

/**
 * Tickets of the office's other stations, the last that was heard of each. `at` is by the center's clock as far as that
 * station knew it.
 */
export const sql = `
CREATE TABLE peer_ticket (
  date TEXT NOT NULL,
  nik TEXT NOT NULL,
  station_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (date, nik, station_id)
) STRICT, WITHOUT ROWID;
`;
