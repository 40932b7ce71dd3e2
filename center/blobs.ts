import { closeSync, constants, fsync, openSync } from 'node:fs';
import { access, chmod, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PacketId } from '../app/ids.ts';

const fsyncOf = promisify(fsync);

/** One for each value of the byte that an id ends with. */
const FOLDERS = 256;

/** Where sealed packets stay for good: written once, never changed, never given out by the API. */
export interface BlobStore {
  /** By which another thread opens it. */
  readonly where: string;
  /** Takes a complete, synced file over as the packet's blob; durable when it resolves. */
  keep(packetId: PacketId, file: string): Promise<void>;
  has(packetId: PacketId): Promise<boolean>;
  /** Makes a blob durable that is there already: a crash may have come between its rename and the sync of its folder. */
  settle(packetId: PacketId): Promise<void>;
  read(packetId: PacketId): Promise<Buffer>;
}

/**
 * @param where a folder; `s3://…` is refused, since this center has no S3 store yet
 */
export async function openBlobs(where: string): Promise<BlobStore> {
  if (where.includes('://')) {
    throw new Error(
      `${where.split('://')[0]}:// is not a place this center can keep blobs yet: give --blobs a folder`,
    );
  }
  await mkdir(where, { recursive: true, mode: 0o700 });
  await access(where, constants.W_OK);
  await makeFolders(where);
  return folderBlobs(path.resolve(where));
}

/** All of them at start, so that keeping a blob makes none: a new folder costs two syncs. */
async function makeFolders(root: string): Promise<void> {
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const name = folder.toString(16).padStart(2, '0');
    await mkdir(path.join(root, name), { recursive: true, mode: 0o700 });
  }
  await syncFolder(root);
}

function folderBlobs(root: string): BlobStore {
  // The end of a UUIDv7 is random, its beginning the time: by the end the folders fill evenly.
  const folderOf = (id: PacketId) => path.join(root, id.slice(-2).toLowerCase());
  const blob = (id: PacketId) => path.join(folderOf(id), id);
  return {
    where: root,
    keep: async (id, file) => {
      await chmod(file, 0o400);
      await rename(file, blob(id));
      await syncFolder(folderOf(id));
    },
    settle: (id) => syncFolder(folderOf(id)),
    has: (id) => stat(blob(id)).then(() => true, ifMissing(false)),
    read: async (id) => {
      const handle = await open(blob(id), 'r');
      try {
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
  };
}

/** An upload's unfinished file. */
export function uploadFile(root: string, id: PacketId): string {
  return path.join(root, id);
}

export async function removeUpload(root: string, id: PacketId): Promise<void> {
  await unlink(uploadFile(root, id)).catch(ifMissing(undefined));
}

/** Bytes of an upload that are there; null before the first. */
export function uploadSize(root: string, id: PacketId): Promise<number | null> {
  return stat(uploadFile(root, id)).then((stats) => stats.size, ifMissing(null));
}

/** Makes a rename or creation in a folder durable; Windows has no such call and needs none on NTFS. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  // Opening a folder waits for no disk; syncing it does.
  const descriptor = openSync(folder, 'r');
  try {
    await fsyncOf(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
