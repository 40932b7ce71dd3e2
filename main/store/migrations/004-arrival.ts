export const version = 4;

/** Until now a ticket was made by serving: who had one had arrived at the latest when called. */
export const sql = `
ALTER TABLE ticket ADD COLUMN arrived_at INTEGER NOT NULL DEFAULT 0;
UPDATE ticket SET arrived_at = coalesce(called_at, 0);
`;
