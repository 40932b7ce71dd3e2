import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { IntakeApi } from './api.ts';
import { takeStoreThread } from './store-thread.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { CopyApi } from '../store/mirror-api.ts';
import type { WorkerInput } from '../store/open-store.ts';
import { connectStore, fromMessage, type WorkerApi, type WorkerReport } from '../store/remote.ts';

export interface StoreWorker {
  readonly store: Remote<StoreApi & IntakeApi & CopyApi>;
  /** Hears of each page of the database that could not be read, of those before it was given too. */
  onDamaged(listener: () => void): void;
  /** Resolves when everything asked for is done and the database is closed. */
  close(): Promise<void>;
  /** Resolves when everything asked for is done and stands in the database itself. */
  flush(): Promise<void>;
}

export interface StoreWorkerOptions {
  readonly workerFile: string;
  readonly dataDir: string;
  readonly keys: { readonly database: Buffer; readonly stationPkcs8: Buffer };
  readonly nativeBinding: string | null;
  /** The thread ended by itself: every call rejects from now on, and what was not answered may or may not be done. */
  readonly onDead: (error: Error) => void;
}

/** Where the station's database lies, for those who must know whether there is one. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, 'rekam.db');
}

/**
 * Starts the thread that holds the database and waits until it is open.
 * @throws RekamError `store.key`, `store.newer`, `store.damaged`, `disk.full`
 */
export async function startStoreWorker(options: StoreWorkerOptions): Promise<StoreWorker> {
  const input: WorkerInput = {
    file: databaseFile(options.dataDir),
    key: options.keys.database,
    stationPkcs8: options.keys.stationPkcs8,
    nativeBinding: options.nativeBinding,
  };
  const thread = takeStoreThread(options.workerFile);
  const { worker } = thread;
  worker.postMessage(input);
  await Promise.race([opened(worker), thread.ended]);

  const connection = connectStore<StoreApi & IntakeApi & CopyApi & WorkerApi>(worker);
  let closing = false;
  const ended = new Promise<void>((resolve) => {
    const die = (error: Error): void => {
      connection.fail(error);
      if (!closing) options.onDead(error);
      closing = true;
      resolve();
    };
    worker.once('error', die);
    worker.once('exit', (code) => die(new Error(`the store thread ended with ${code}`)));
  });
  return {
    store: connection.store,
    onDamaged: (listener) => connection.onDamaged(listener),
    flush: () => connection.store.worker.flush(),
    close: async () => {
      if (closing) return await ended;
      closing = true;
      await connection.store.worker.close();
      return await ended;
    },
  };
}

/** The worker's first word. */
function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (report: WorkerReport) =>
      report.ready ? resolve() : reject(fromMessage(report.error)),
    );
  });
}
