export const version = 9;

/**
 * `mirrored_at`: when the second copy was last read back whole; null while there is none on the present mirror. Both
 * questions that the mirror asks all day are answered by an index that is nearly always empty.
 */
export const sql = `
ALTER TABLE packet ADD COLUMN mirrored_at INTEGER;
CREATE INDEX packet_unmirrored ON packet(sequence) WHERE mirrored_at IS NULL AND purged_at IS NULL;
CREATE INDEX packet_mirror_leftover ON packet(sequence) WHERE mirrored_at IS NOT NULL AND purged_at IS NOT NULL;
`;
