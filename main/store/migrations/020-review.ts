export const version = 20;

/**
 * What a supervisor has to see before it goes, or has seen: `risks` as JSON, `decision` null until then. What was returned
 * and taken back has none again. The index gives what waits in the order in which it is looked at.
 */
export const sql = `
CREATE TABLE review (
  packet_id TEXT PRIMARY KEY REFERENCES packet(packet_id),
  risks TEXT NOT NULL,
  is_risky INTEGER NOT NULL,
  since INTEGER NOT NULL,
  decision TEXT CHECK (decision IN ('approved', 'returned')),
  decided_at INTEGER,
  decided_by TEXT,
  reason TEXT
) STRICT;
CREATE INDEX review_open ON review(is_risky DESC, since, packet_id) WHERE decision IS NULL;
`;
