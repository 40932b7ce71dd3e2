import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a half-written file's name ends with. */
export const HALF = /\.part$/;

/**
 * Puts a whole file in place of whatever was there, or leaves nothing behind. Beside its place and never in the
 * system's temporary folder: what is in it may be plain. Only a power cut leaves a half, under a name that says of what it
 * is one; the next file of that name takes it away.
 * @param beforeItAppears runs when every byte is on the disk; what it throws ends the matter
 */
export async function writeWhole(
  file: string,
  bytes: Uint8Array,
  beforeItAppears: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const half = `${file}.part`;
  try {
    await rm(half, { force: true });
    const handle = await open(half, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await beforeItAppears();
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Makes a rename or creation in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle to a folder; NTFS journals the entry itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
