export const version = 16;

/** A name that many bear is told apart by desa and year of birth: the id is in the index, so a row is read only when all fits. */
export const sql = 'CREATE INDEX resident_desa_birth ON resident(desa, tanggal_lahir);';
