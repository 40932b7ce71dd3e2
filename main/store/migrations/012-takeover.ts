export const version = 12;

/**
 * Packets of a station that this one took over: `origin` recorded them, under `origin_sequence`, and its manifest
 * counts. `sequence` is then only their place in the outbox, below zero: before everything of this station's own, and
 * outside its numbers. `last`: the highest number that its mirror showed. `voucher` goes once the center was told.
 */
export const sql = `
ALTER TABLE packet ADD COLUMN origin TEXT;
ALTER TABLE packet ADD COLUMN origin_sequence INTEGER;
CREATE UNIQUE INDEX packet_origin ON packet(origin, origin_sequence) WHERE origin IS NOT NULL;
DROP INDEX packet_recorded;
CREATE INDEX packet_recorded ON packet(recorded_at, origin) WHERE kind = 'enrollment' AND origin IS NULL;

CREATE TABLE takeover (
  station_id TEXT PRIMARY KEY,
  label TEXT NOT NULL,
  kecamatan TEXT NOT NULL,
  center_url TEXT NOT NULL,
  voucher TEXT,
  by_first TEXT NOT NULL,
  by_second TEXT NOT NULL,
  last INTEGER NOT NULL DEFAULT 0,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  report TEXT,
  told_at INTEGER,
  -- Why the center does not accept it, by the problem's name.
  refused TEXT,
  -- Numbers that neither the center nor this station has, as reconcile found them last.
  gaps TEXT NOT NULL DEFAULT '[]'
) STRICT;
`;
