export const version = 11;

/**
 * What the desk kept of a person goes once nothing needs it any more: `nik`, `nama` and `biodata` are emptied then, and
 * `nik_hash` still tells that this NIK was recorded (G3). `erased_at` is of the packet, where its due date stands.
 */
export const sql = `
ALTER TABLE enrollment ADD COLUMN nik_hash TEXT;
CREATE INDEX enrollment_nik_hash ON enrollment(nik_hash) WHERE nik_hash IS NOT NULL;
ALTER TABLE packet ADD COLUMN erased_at INTEGER;
CREATE INDEX packet_erasable ON packet(received_at) WHERE received_at IS NOT NULL AND erased_at IS NULL;
`;
