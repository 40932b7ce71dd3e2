import Database from 'better-sqlite3';
import { RekamError } from '../../app/errors.ts';

/**
 * The one place that reads SQLite's error codes. Anything that is not about the disk or the file stays what it is:
 * a defect of ours, which crosses the border as `internal`.
 */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  // Growing the shared memory file fails with its own code when no space is left.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE')
    return new RekamError('disk.full', {}, error);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new RekamError('store.damaged', {}, error);
  }
  return error;
}

/** Runs `act` and throws what a person can be told, where there is such a thing. */
export function atBorder<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw asStoreError(error);
  }
}

/** What SQLite says of a first page that it cannot decrypt, for a wrong key and for damage alike. */
export function isNotADatabase(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_NOTADB';
}

/** What SQLite says of a file that it can decrypt and that ends too early. */
export function isCutOff(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_CORRUPT';
}
