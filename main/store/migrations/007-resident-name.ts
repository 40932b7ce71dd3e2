export const version = 7;

/** An exact name is looked up by itself: the full-text search does not know whole names, and ranks nothing. */
export const sql = 'CREATE INDEX resident_whole_name ON resident(nama COLLATE NOCASE);';
