export const version = 21;

/**
 * However long the register, the outbox and the audit log have grown: the lists are paged, counted and searched in these
 * indexes alone, since the rows behind them hold manifests and biodata; how many residents there are, and how many of
 * them the center knows as recorded, is kept by desa as they come, change and go.
 */
export const sql = `
CREATE INDEX packet_list ON packet(sequence, state);
CREATE INDEX enrollment_named ON enrollment(nama, nik, packet_id);
CREATE INDEX audit_at ON audit(at);
CREATE INDEX audit_list ON audit(sequence, at, what, by_account, subject);

CREATE TABLE resident_count (
  desa TEXT PRIMARY KEY,
  residents INTEGER NOT NULL,
  recorded INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO resident_count SELECT desa, count(*), count(recorded_at) FROM resident GROUP BY desa;
DROP INDEX resident_recorded_desa;
CREATE TRIGGER resident_counted AFTER INSERT ON resident BEGIN
  INSERT INTO resident_count VALUES (new.desa, 1, new.recorded_at IS NOT NULL)
  ON CONFLICT(desa) DO UPDATE SET residents = residents + 1, recorded = recorded + excluded.recorded;
END;
CREATE TRIGGER resident_uncounted AFTER DELETE ON resident BEGIN
  UPDATE resident_count SET residents = residents - 1, recorded = recorded - (old.recorded_at IS NOT NULL)
  WHERE desa = old.desa;
END;
CREATE TRIGGER resident_recounted AFTER UPDATE OF desa, recorded_at ON resident
WHEN old.desa <> new.desa OR (old.recorded_at IS NULL) <> (new.recorded_at IS NULL) BEGIN
  UPDATE resident_count SET residents = residents - 1, recorded = recorded - (old.recorded_at IS NOT NULL)
  WHERE desa = old.desa;
  INSERT INTO resident_count VALUES (new.desa, 1, new.recorded_at IS NOT NULL)
  ON CONFLICT(desa) DO UPDATE SET residents = residents + 1, recorded = recorded + excluded.recorded;
END;
`;
