import { parentPort, type MessagePort } from 'node:worker_threads';
import { RekamError } from '../app/errors.ts';
import { createCopies } from './intake/copies.ts';
import { createIntake } from './intake/record.ts';
import { privateKeyFrom } from './security/sign.ts';
import type { Database } from './store/database.ts';
import { isDatabaseWhole } from './store/check.ts';
import { openStore, type WorkerInput } from './store/open-store.ts';
import { serveStore, toMessage, type WorkerApi, type WorkerReport } from './store/remote.ts';

/** The thread that holds the database. Sealing, hashing and every disk wait happen here, never where the window waits. */
const IDLE_MS = 2_000;

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('the store worker runs as a worker thread only');
  // Begun before there are keys: its scripts load while main loads its own.
  port.once('message', (input: WorkerInput) => serve(port, input));
}

function serve(port: MessagePort, input: WorkerInput): void {
  const report = (message: WorkerReport): void => port.postMessage(message);
  try {
    if (input.checkOnly === true) {
      const { file, nativeBinding } = input;
      const isWhole = isDatabaseWhole({ file, key: Buffer.from(input.key), nativeBinding });
      if (!isWhole) throw new RekamError('store.damaged');
      report({ ready: true });
      port.close();
      return;
    }
    const { db, api } = openStore({
      file: input.file,
      key: Buffer.from(input.key),
      nativeBinding: input.nativeBinding,
    });
    const station = privateKeyFrom(Buffer.from(input.stationPkcs8));
    const intake = createIntake(db, station);
    const copies = createCopies(db, {
      station,
      database: Buffer.from(input.key),
      nativeBinding: input.nativeBinding,
    });
    const idle = setTimeout(() => checkpoint(db), IDLE_MS);
    const close = (): void => {
      clearTimeout(idle);
      db.close();
      // After the answer to this call has left.
      setImmediate(() => port.close());
    };
    const flush = (): void => checkpoint(db);
    serveStore(
      port,
      { ...api, ...intake, ...copies, worker: { close, flush } satisfies WorkerApi['worker'] },
      () => idle.refresh(),
    );
    report({ ready: true });
  } catch (error) {
    report({ ready: false, error: toMessage(error) });
    port.close();
  }
}

/** While nobody asks for anything the WAL is moved into the database, so that a commit rarely has to wait for it. */
function checkpoint(db: Database): void {
  try {
    db.checkpoint();
  } catch {
    // Nothing is lost: what is in the WAL is durable, and a disk that is full says so at the next commit.
  }
}

main();
