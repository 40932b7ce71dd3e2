export const version = 10;

/**
 * `lock_ms`: how long the lock still lasts, counted down while the station runs and by no clock that anybody can set.
 * `must_change`: the password was given by somebody else, and counts until its owner has chosen another.
 */
export const sql = `
ALTER TABLE account ADD COLUMN lock_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account DROP COLUMN locked_until;
`;
