export const version = 5;

/**
 * What reconcile found and no station can settle by itself, for the supervisor to see. `packet_id` is empty for a gap.
 * `settled_at`: a later reconcile over the same numbers no longer found it.
 */
export const sql = `
CREATE TABLE finding (
  kind TEXT NOT NULL CHECK (kind IN ('resent', 'lost', 'mismatched', 'unknown', 'gap')),
  from_sequence INTEGER NOT NULL,
  to_sequence INTEGER NOT NULL,
  packet_id TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  settled_at INTEGER,
  PRIMARY KEY (kind, from_sequence, to_sequence, packet_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_open ON finding(from_sequence) WHERE settled_at IS NULL;
`;
