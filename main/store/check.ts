import { RekamError } from '../../app/errors.ts';
import { openDamaged } from './damaged.ts';
import type { OpenOptions } from './database.ts';
import { asStoreError } from './sqlite-errors.ts';

/**
 * Reads every page, over a connection of its own that only reads, so the desk goes on meanwhile.
 * @returns false when a page cannot be read or does not fit the others
 * @throws what is no damage: a busy file, a disk that is gone
 */
export function isDatabaseWhole(options: OpenOptions): boolean {
  try {
    const db = openDamaged(options);
    try {
      return db.check() === 'ok';
    } finally {
      db.close();
    }
  } catch (error) {
    const known = asStoreError(error);
    if (known instanceof RekamError && known.code === 'store.damaged') return false;
    throw known;
  }
}
