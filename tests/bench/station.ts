import path from 'node:path';
import { checkBiodata } from '../../app/enrollment/biodata.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { SyncSummary } from '../../app/ipc/status.ts';
import { startStoreWorker } from '../../main/intake/start-worker.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import { createSyncEngine, type SyncStore } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import type { StationRecord } from '../../main/store/api.ts';
import { LOSARI, openTestStore, recordResident, testCaptures, type TestStore } from '../helpers/store.ts';
import { PART_BYTES } from './storage.ts';

const WORKER_FILE = path.join(import.meta.dirname, '..', '..', 'main', 'worker.ts');

/** The station's own store and engine, activated at a real center, with the reference data there. */
export interface BenchStation {
  readonly test: TestStore;
  /** Records so many enrollments of full size. @returns their sealed bytes */
  record(count: number): Promise<number>;
  /** Lets the engine know, as the desk does, and resolves when the last receipt is stored. @returns milliseconds */
  sync(): Promise<number>;
  /** By hand: backoffs are passed over. */
  syncNow(): Promise<SyncSummary>;
  /** The same by a new engine that finds the center at another address. */
  through(centerUrl: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBenchStation(centerUrl: string, code: string): Promise<BenchStation> {
  const test = await openTestStore({ activated: false });
  const record = await activateStation({
    ...{ centerUrl, code, stationKeyX: publicKeyX(test.stationKey), label: 'Meja 1', appVersion: '0.1.0' },
  });
  test.api.station.activate(record, Date.now());
  // What is recorded waits until it is let go, so that no bench sends while it still prepares.
  let isHeld = false;
  // As in the app the engine's store is a thread's; what is recorded here goes past it into the same file.
  const worker = await startStoreWorker({
    workerFile: WORKER_FILE,
    dataDir: test.dir,
    keys: {
      database: test.key,
      stationPkcs8: test.stationKey.export({ format: 'der', type: 'pkcs8' }),
    },
    nativeBinding: null,
    onDead: (error) => {
      throw error;
    },
  });
  const { station, journal, reference, outages, takeovers, outbox: queue } = worker.store;
  const store: SyncStore = {
    ...{ station, journal, reference, outages, takeovers },
    outbox: new Proxy(queue, {
      get: (outbox, name): unknown =>
        name === 'nextDueAt' && isHeld ? () => Promise.resolve(null) : Reflect.get(outbox, name),
    }),
  };
  let running = startEngine(test, store, record);
  await until(
    running.engine,
    () => test.api.reference.cursor() !== null && !running.engine.state().referenceLoading,
  );
  const date = new Date().toISOString().slice(0, 10);
  const niks = unrecorded(test, date);
  return {
    test,
    record: async (count) => {
      isHeld = true;
      const before = test.api.outbox.summary(0).waitingBytes;
      for (let index = 0; index < count; index += 1) {
        const nik = niks.pop();
        if (nik === undefined) throw new Error('no resident is left to record');
        const captures = testCaptures(undefined, PART_BYTES);
        await recordResident(test, nik, { captures, now: Date.now(), date });
      }
      return test.api.outbox.summary(0).waitingBytes - before;
    },
    sync: async () => {
      const start = performance.now();
      isHeld = false;
      running.engine.wake();
      const isWaiting = 'SELECT 1 FROM outbox WHERE waiting = 1 LIMIT 1';
      await until(running.engine, () => test.db.get(isWaiting) === undefined);
      return performance.now() - start;
    },
    syncNow: () => {
      isHeld = false;
      return running.engine.syncNow();
    },
    through: async (centerUrl) => {
      await running.stop();
      running = startEngine(test, store, { ...record, centerUrl });
      // By hand its first cycle takes all the news that there are, both ways.
      await running.engine.syncNow();
      await until(running.engine, () => test.api.journal.pending(1).length === 0);
    },
    close: async () => {
      await running.stop();
      await worker.close();
      test.destroy();
    },
  };
}

function startEngine(
  test: TestStore,
  store: SyncStore,
  record: StationRecord,
): { readonly engine: SyncEngine; readonly stop: () => Promise<void> } {
  const transport = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const quiet = (): void => undefined;
  const engine = createSyncEngine({
    ...{ store, record, stationKey: test.stationKey, transport },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  engine.start();
  return {
    engine,
    stop: async () => {
      await engine.stop();
      transport.close();
    },
  };
}

/** Whoever can be recorded without a question. */
function unrecorded(test: TestStore, date: string): string[] {
  const rows = test.db.all<{ nik: string; biodata: string }>(
    'SELECT nik, biodata FROM resident WHERE recorded_at IS NULL',
  );
  return rows
    .filter(({ biodata }) => {
      const { errors, warnings } = checkBiodata(JSON.parse(biodata) as Biodata, date, LOSARI);
      return errors.length + warnings.length === 0;
    })
    .map(({ nik }) => nik);
}

/** By the engine's own news, and by a look now and then: it tells of a whole second at once. */
function until(engine: SyncEngine, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isTrue()) return;
      clearInterval(timer);
      off();
      resolve();
    };
    const off = engine.onChange(look);
    const timer = setInterval(look, 20);
    look();
  });
}
