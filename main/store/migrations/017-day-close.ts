export const version = 17;

/**
 * The sheets of closed days: each is kept, a later one of the same day stands beside it. `last_sequence`: what was
 * recorded on that day above it came late. A day's enrollments are counted by index, however many there are.
 */
export const sql = `
CREATE TABLE day_close (
  date TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  sheet TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  PRIMARY KEY (date, number)
) STRICT;
CREATE INDEX enrollment_date ON enrollment(date);
`;
