export const version = 15;

/** How far the register is recorded, by desa and by day, is counted in indexes alone, however many residents there are. */
export const sql = `
CREATE INDEX resident_recorded_desa ON resident(desa, recorded_at) WHERE recorded_at IS NOT NULL;
CREATE INDEX resident_recorded_at ON resident(recorded_at) WHERE recorded_at IS NOT NULL;
`;
