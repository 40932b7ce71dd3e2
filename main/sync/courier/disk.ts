import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RekamError } from '../../../app/errors.ts';
import type { Sha256 } from '../../../app/ids.ts';
import { HALF } from '../../whole-file.ts';

/** Direct reads start and end at these, whatever the disk's own blocks are. */
const ALIGNMENT = 4096;
const CHUNK = 1024 * 1024;

/** What a carried disk can do to us, in words; anything that is not the disk's own trouble goes on as it is. */
export function diskTrouble(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof RekamError || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new RekamError(isFull ? 'courier.diskFull' : 'courier.diskGone', {}, error);
}

/** Bytes of a file; null where there is none. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Room on a disk, and the blocks in which it gives it out. */
export async function roomOn(folder: string): Promise<{ readonly bytes: number; readonly block: number }> {
  const { bavail, bsize } = await statfs(folder);
  return { bytes: bavail * bsize, block: bsize };
}

/** Removes what copies that were cut left half-written. */
export async function removeHalves(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (HALF.test(name)) await rm(join(folder, name), { force: true });
  }
}

/**
 * SHA-256 of what the disk itself gives back. Where the system allows it (Linux, most file systems) its memory is
 * passed by: right after a write that would show what was meant to be written. A signal ends it early with null.
 */
export async function readBack(file: string, signal: AbortSignal): Promise<Sha256 | null> {
  const direct = await openDirect(file);
  if (direct !== null) {
    try {
      return await digestDirect(direct, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
    } finally {
      await direct.close();
    }
  }
  const handle = await open(file, 'r');
  try {
    return await digestOf(handle, Buffer.allocUnsafe(CHUNK), signal);
  } finally {
    await handle.close();
  }
}

async function openDirect(file: string): Promise<FileHandle | null> {
  if (process.platform !== 'linux') return null;
  try {
    return await open(file, constants.O_RDONLY | constants.O_DIRECT);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EINVAL') return null;
    throw error;
  }
}

async function digestOf(handle: FileHandle, buffer: Buffer, signal: AbortSignal): Promise<Sha256 | null> {
  const hash = createHash('sha256');
  for (let position = 0; ; ) {
    if (signal.aborted) return null;
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    // A direct read comes up short at the end alone, and what would follow starts where none may.
    if (bytesRead < buffer.length) return hash.digest('hex') as Sha256;
  }
}

/** Aligned buffers that no read is using: two reads at once, a disk chosen while the former is looked at, share none. */
const idle: Buffer[] = [];

async function digestDirect(handle: FileHandle, signal: AbortSignal): Promise<Sha256 | null> {
  const buffer = idle.pop() ?? (await alignedBuffer(handle));
  const digest = await digestOf(handle, buffer, signal);
  idle.push(buffer);
  return digest;
}

/** Node says nothing of where memory lies: the places are tried until a direct read is let through. */
async function alignedBuffer(handle: FileHandle): Promise<Buffer> {
  const memory = Buffer.allocUnsafeSlow(CHUNK + ALIGNMENT);
  for (let at = 0; at < ALIGNMENT; at += 8) {
    const candidate = memory.subarray(at, at + CHUNK);
    try {
      await handle.read(candidate, 0, ALIGNMENT, 0);
      return candidate;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
    }
  }
  return memory.subarray(0, CHUNK);
}
