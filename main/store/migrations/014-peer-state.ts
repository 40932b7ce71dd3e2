export const version = 14;

/** How the office's other stations stood when they were last heard of; `at` as in `peer_ticket`. */
export const sql = `
CREATE TABLE peer_state (
  station_id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  fact TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
