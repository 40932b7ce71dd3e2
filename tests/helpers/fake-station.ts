import { onTestFinished } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { createSyncEngine, type SyncEngineDeps, type SyncStore } from '../../main/sync/engine.ts';
import type { SyncEngine } from '../../main/sync/api.ts';
import type { SyncLog } from '../../main/sync/log.ts';
import { FakeCenter } from './fake-center.ts';
import { openTestStore, recordResident, TEST_NOW, type TestStore } from './store.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface FakeStation {
  readonly test: TestStore;
  readonly clock: VirtualClock;
  readonly center: FakeCenter;
  readonly engine: SyncEngine;
  readonly events: string[];
  readonly ids: PacketId[];
  /** The same store under a new engine, as after a restart. */
  readonly restart: (by?: Pick<SyncEngineDeps, 'appVersion'>) => Promise<SyncEngine>;
}

interface Options {
  readonly packets?: number;
  readonly random?: () => number;
  readonly wrap?: (store: SyncStore) => SyncStore;
  readonly engine?: Pick<SyncEngineDeps, 'limits' | 'minuteOfDay'>;
}

/** A station with recorded packets in a real store, a scripted center and a clock that only the test moves. */
export async function fakeStation({
  packets = 1,
  random = () => 0.5,
  wrap = (store) => store,
  engine: given = {},
}: Options = {}): Promise<FakeStation> {
  const test = await openTestStore({ residents: Math.max(packets, 5), inMemory: true });
  const clock = new VirtualClock(TEST_NOW);
  const center = new FakeCenter(test.center.receiptKey, () => clock.now());
  const ids: PacketId[] = [];
  for (const nik of test.niks.slice(0, packets)) ids.push((await recordResident(test, nik)).packetId);
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  const log: SyncLog = { info: note, warn: note, error: note };
  const record = test.api.station.record();
  if (record === null) throw new Error('not activated');
  const make = (by: Pick<SyncEngineDeps, 'appVersion'> = {}) =>
    createSyncEngine({
      store: wrap(test.store),
      record,
      stationKey: test.stationKey,
      transport: center,
      log,
      clock,
      random,
      ...given,
      ...by,
    });
  let engine = make();
  onTestFinished(async () => {
    await engine.stop();
    test.destroy();
  });
  return {
    test,
    clock,
    center,
    engine,
    events,
    ids,
    restart: async (by) => {
      await engine.stop();
      engine = make(by);
      return engine;
    },
  };
}
