import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { RekamError } from '../../app/errors.ts';

/**
 * A database that was found damaged is moved into a folder of its own, with its log, and never deleted. A note beside
 * it says so first, so that a cut at any instant is gone on with at the next start: the database alone, without the log
 * that holds its newest commits, must never be opened as if it were whole.
 */
const noteSchema = z.object({
  why: z.enum(['damaged', 'gone']),
  /** Milliseconds since the epoch. */
  at: z.int(),
  folder: z.string().regex(/^rusak-[\w-]+$/),
});
export type DamageNote = z.infer<typeof noteSchema>;

export function readDamage(file: string): DamageNote | null {
  if (!existsSync(noteFile(file))) return null;
  try {
    return noteSchema.parse(JSON.parse(readFileSync(noteFile(file), 'utf8')));
  } catch {
    // Torn as it was written: nothing was moved yet, and what is wrong shows itself again.
    return null;
  }
}

/**
 * Says once, for good, that this database is to be set aside at the next start.
 * @throws RekamError `disk.full`: nothing was moved
 */
export function noteDamage(file: string, why: DamageNote['why'], at: number): DamageNote {
  const known = readDamage(file);
  if (known !== null) return known;
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
  let folder = `rusak-${stamp}`;
  for (let n = 2; existsSync(join(dirname(file), folder)); n += 1) folder = `rusak-${stamp}-${n}`;
  const note: DamageNote = { why, at, folder };
  const half = `${noteFile(file)}.part`;
  try {
    writeDurably(half, JSON.stringify(note));
  } catch (error) {
    rmSync(half, { force: true });
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new RekamError('disk.full', {}, error) : error;
  }
  renameSync(half, noteFile(file));
  syncFolder(dirname(file));
  return note;
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Moves what the note speaks of; done already, it does nothing. @returns where the old database lies, or null */
export function setAside(file: string, note: DamageNote): string | null {
  if (note.why === 'gone') return null;
  const folder = join(dirname(file), note.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const old = join(folder, basename(file));
  if (!existsSync(old)) {
    // The database last: as long as it is here, all of this is still to be done.
    for (const end of ['-wal', '-shm', '']) {
      if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${old}${end}`);
    }
    syncFolder(folder);
    syncFolder(dirname(file));
  }
  return existsSync(old) ? old : null;
}

/** The new one stands, with everything that could be brought back at once. */
export function damageSettled(file: string): void {
  rmSync(noteFile(file), { force: true });
  syncFolder(dirname(file));
}

/** SQLite would take a file without a byte for a new database, and so lose an old one without a word. */
export function isEmptied(file: string): boolean {
  return existsSync(`${file}.keycheck`) && existsSync(file) && statSync(file).size === 0;
}

function noteFile(file: string): string {
  return `${file}.damaged`;
}

function syncFolder(folder: string): void {
  // Windows has no handle to a folder; NTFS journals the entry itself.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
