import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  noticeBehind,
  recover,
  recovered,
  startStore,
  type StartedStore,
} from '../../main/intake/recover.ts';
import { readCard } from '../../main/sync/mirror/card.ts';
import { mirrorOf, type RunningMirror } from './mirror.ts';
import type { TestRemote, TestStore } from './store.ts';

export interface Restarted extends RunningMirror, StartedStore {
  readonly store: TestRemote;
  /** A page could not be read since it started. */
  readonly isSuspected: () => boolean;
  close(): Promise<void>;
}

/** Starts the station as main does, with a real store thread, over what its disk now holds. */
export async function restart(test: TestStore, mayMirror = true): Promise<Restarted> {
  test.close();
  const { dir: dataDir, stationKey } = test;
  const card = readCard(dataDir, stationKey);
  const started = await startStore({
    workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
    dataDir,
    keys: { database: test.key, stationPkcs8: stationKey.export({ format: 'der', type: 'pkcs8' }) },
    nativeBinding: null,
    onDead: (error) => console.error(error),
    ...{ card: () => card, now: Date.now() },
  });
  const { store } = started.worker;
  let isSuspected = false;
  started.worker.onDamaged(() => {
    isSuspected = true;
  });
  if (started.damage !== null) await recover(store, started.damage, { card, now: Date.now() });
  else await noticeBehind(store, card, Date.now());
  const running = mirrorOf({ ...test, store }, {}, false);
  if (started.damage !== null) {
    await running.mirror.raiseAbove();
    recovered(dataDir);
  }
  if (mayMirror) running.mirror.start();
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await running.mirror.stop();
    // A damaged one may not take its last word.
    await store.station.end(Date.now(), Date.now()).catch(() => undefined);
    await started.worker.close();
  };
  onTestFinished(close);
  return { ...started, ...running, store, isSuspected: () => isSuspected, close };
}
