import { onTestFinished } from 'vitest';
import { checkBiodata } from '../../app/enrollment/biodata.ts';
import type { PacketId } from '../../app/ids.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { createTransport } from '../../main/sync/transport.ts';
import { startTestCenter, type TestCenter, type TestCenterOptions } from './center.ts';
import { fakeLink, type FakeLink } from './fake-link.ts';
import { LOSARI, openTestStore, recordResident, testCaptures, type TestStore } from './store.ts';

export interface Office {
  readonly center: TestCenter;
  readonly link: FakeLink;
  readonly test: TestStore;
  readonly engine: SyncEngine;
  /** Another run of it, once the first was stopped. */
  readonly startEngine: () => SyncEngine;
  /** Records so many residents whom nobody recorded yet. */
  readonly record: (count: number, bytesEach?: number) => Promise<PacketId[]>;
  /** NIKs of those whom nobody recorded yet; `record` takes them from the front. */
  readonly waiting: string[];
  /** ISO date at the desk. */
  readonly date: string;
}

export interface OfficeOptions extends TestCenterOptions {
  /** One that runs already, for a second station at it. */
  readonly center?: TestCenter;
  /** Of that center; a new one without it. */
  readonly code?: string;
}

/** A real center, a station activated at it, a link between them, an engine that is running and has the reference data. */
export async function office(options: OfficeOptions = {}): Promise<Office> {
  const center = options.center ?? (await startTestCenter({ residents: 60, ...options }));
  const link = await fakeLink(center.port, options.http === true ? 'http' : 'https');
  const store = await openTestStore({ activated: false });
  const activated = await activateStation({
    centerUrl: link.url,
    code: options.code ?? (await center.activationCode()),
    stationKeyX: publicKeyX(store.stationKey),
    label: 'Meja 1',
    appVersion: '0.1.0',
  });
  store.api.station.activate(activated, Date.now());
  const transport = createTransport({ baseUrl: activated.centerUrl, caPem: activated.caPem });
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  const engines: SyncEngine[] = [];
  const startEngine = () => {
    const { stationKey } = store;
    const started = createSyncEngine({ store: store.store, record: activated, stationKey, transport, log });
    engines.push(started);
    started.start();
    return started;
  };
  onTestFinished(async () => {
    for (const started of engines) await started.stop();
    transport.close();
    store.destroy();
  });
  const engine = startEngine();
  await when(engine, () => store.api.reference.cursor() !== null && !engine.state().referenceLoading);
  const date = new Date().toISOString().slice(0, 10);
  const waiting = (await center.residents({ recorded: false }))
    .filter((biodata) => {
      // Nor one whose record would ask for a reason.
      const { errors, warnings } = checkBiodata(biodata, date, LOSARI);
      return errors.length + warnings.length === 0;
    })
    .map(({ nik }) => nik);
  return {
    center,
    link,
    test: store,
    engine,
    waiting,
    date,
    startEngine,
    record: async (count, bytesEach = 600) => {
      const ids: PacketId[] = [];
      for (const nik of waiting.splice(0, count)) {
        const captures = testCaptures(undefined, bytesEach);
        ids.push((await recordResident(store, nik, { captures, now: Date.now(), date })).packetId);
      }
      return ids;
    },
  };
}

/** Resolves when the engine's own news make it true. */
export function when(engine: SyncEngine, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isTrue()) return;
      off();
      resolve();
    };
    const off = engine.onChange(look);
    look();
  });
}
