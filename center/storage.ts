import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import { openBlobs } from './blobs.ts';
import type { Context } from './context.ts';
import { openDatabase } from './database.ts';
import { openEars } from './ears.ts';
import { loadKeys } from './keys.ts';
import { isRoot } from './postgres-binaries.ts';
import { createStations } from './stations.ts';
import { createUploadLocks } from './uploads/locks.ts';

export interface StorageOptions {
  /** Keys, uploads, and unless told otherwise PostgreSQL and the blobs. */
  readonly data: string;
  /** Another PostgreSQL (15 or later). */
  readonly database?: string;
  /** A folder on the data folder's file system. */
  readonly blobs?: string;
}

/** What a center keeps and how it is reached: all that is needed to take packets in, by link or from a disk. */
export type Storage = Pick<
  Context,
  'db' | 'ears' | 'keys' | 'blobs' | 'uploads' | 'locks' | 'stations' | 'log'
> & {
  readonly databaseUrl: string;
};

type Closers = (() => Promise<void>)[];

/**
 * @param ownDatabase where the options name none
 * @param closers takes what ends it again, to be called in reverse
 */
export async function openStorage(
  options: StorageOptions,
  log: Logger,
  closers: Closers,
  ownDatabase: (data: string, closers: Closers) => Promise<string>,
): Promise<Storage> {
  const data = path.resolve(options.data);
  // PostgreSQL's own user must be able to pass where the center runs as root; every secret in it is 0600.
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (isRoot()) chmodSync(data, 0o711);
  const uploads = path.join(data, 'uploads');
  mkdirSync(uploads, { recursive: true, mode: 0o700 });
  const keys = await loadKeys(data);
  const blobs = await openBlobs(options.blobs ?? path.join(data, 'blobs'));

  const databaseUrl = options.database ?? (await ownDatabase(data, closers));
  const complain = (error: unknown) => log.error({ err: error }, 'PostgreSQL');
  const db = await openDatabase(databaseUrl, complain);
  closers.push(() => db.destroy());
  const ears = await openEars(databaseUrl, complain);
  closers.push(() => ears.close());
  const locks = createUploadLocks(ears);
  return { db, ears, keys, blobs, uploads, locks, stations: createStations(db), log, databaseUrl };
}
