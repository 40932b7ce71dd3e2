export const version = 19;

/**
 * Outages by the desk's time, which a clock that is set in the middle of one does not change, and those of the power
 * beside the link's. `waiting`: JSON, the numbers of that day that were not served when the PC went off. What was
 * recorded in one are the numbers above `sequence_before`, up to `sequence_after`. `start_clock`: what the clock said
 * when the next run began, until a pulse says what that was worth. Of stops before this schema only their times are known.
 */
export const sql = `
ALTER TABLE outage ADD COLUMN desk_started_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outage ADD COLUMN desk_ended_at INTEGER;
UPDATE outage SET desk_started_at = started_at, desk_ended_at = ended_at;
CREATE INDEX outage_desk ON outage(desk_started_at);

CREATE TABLE power_outage (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('stop', 'battery')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  waiting TEXT NOT NULL,
  sequence_before INTEGER NOT NULL,
  sequence_after INTEGER,
  start_clock INTEGER
) STRICT;
CREATE INDEX power_outage_started ON power_outage(started_at);
CREATE UNIQUE INDEX power_outage_open ON power_outage(ended_at IS NULL) WHERE ended_at IS NULL;
INSERT INTO power_outage(kind, started_at, ended_at, waiting, sequence_before, sequence_after)
  SELECT 'stop', alive_at, next_at, '[]', 0, 0
  FROM (SELECT alive_at, ended_at, lead(began_at) OVER (ORDER BY id) AS next_at FROM run)
  WHERE ended_at IS NULL AND next_at IS NOT NULL;
`;
