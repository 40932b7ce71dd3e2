/**
 * Which papers a resident was handed, so that every one after the first is marked as a reprint. `number` counts per
 * packet from 1 without gaps: two hand-overs that claim to be the same one cannot both be there.
 */
export const version = 2;

export const sql = `
CREATE TABLE slip_print (
  packet_id TEXT NOT NULL REFERENCES packet(packet_id),
  number INTEGER NOT NULL CHECK (number >= 1),
  at INTEGER NOT NULL,
  by_account TEXT NOT NULL,
  paper TEXT NOT NULL CHECK (paper IN ('80mm', 'a4')),
  handed_to TEXT NOT NULL CHECK (handed_to IN ('printer', 'pdf')),
  PRIMARY KEY (packet_id, number)
) STRICT, WITHOUT ROWID;
`;
