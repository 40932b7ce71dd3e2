import type { StoreApi } from './api.ts';
import { openDatabase, type Database, type OpenOptions } from './database.ts';
import { migrate } from './migrate.ts';
import { createStore } from './store.ts';

export interface OpenStore {
  readonly db: Database;
  readonly api: StoreApi;
}

/**
 * Opens the database, brings its schema up to date and puts the store over it.
 * @throws RekamError `store.key`, `store.newer`, `store.damaged`, `disk.full`
 */
export function openStore(options: OpenOptions): OpenStore {
  const db = openDatabase(options);
  try {
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return { db, api: createStore(db) };
}

/** What the worker needs besides: nothing here is a secret in a file. */
export interface WorkerInput {
  readonly file: string;
  readonly key: Uint8Array;
  readonly stationPkcs8: Uint8Array;
  readonly nativeBinding: string | null;
  /** Opens nothing for anybody: reads the file once, says whether it is whole, and ends. */
  readonly checkOnly?: boolean;
}
