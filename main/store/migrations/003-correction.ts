export const version = 3;

/** Record asks the audit chain for each correction's confirmation. */
export const sql = 'CREATE INDEX audit_subject ON audit(subject, what) WHERE subject IS NOT NULL;';
