export const version = 8;

/** How many were recorded since a moment is counted in the index alone, however many they are. */
export const sql = `
DROP INDEX enrollment_recorded;
CREATE INDEX packet_recorded ON packet(recorded_at) WHERE kind = 'enrollment';
`;
