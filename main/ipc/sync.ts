import { RekamError } from '../../app/errors.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'outages'>>;
  /** Null until the station is activated. */
  readonly engine: () => SyncEngine | null;
}

type Group = Pick<Handlers, 'sync.now' | 'sync.cancel' | 'sync.outages'>;

const OUTAGES_SHOWN = 100;

export function syncHandlers({ store, engine }: Needs): Group {
  return {
    'sync.now': () => {
      const running = engine();
      if (running === null) throw new RekamError('center.unreachable');
      return running.syncNow();
    },
    'sync.cancel': () => {
      engine()?.cancel();
    },
    'sync.outages': async () => (await store.outages.latest(OUTAGES_SHOWN)).map(asShown),
  };
}

function asShown(outage: Awaited<ReturnType<Needs['store']['outages']['latest']>>[number]) {
  return {
    startedAt: new Date(outage.startedAt).toISOString(),
    endedAt: outage.endedAt === null ? null : new Date(outage.endedAt).toISOString(),
    cause: outage.cause,
    recordedMeanwhile: outage.recordedMeanwhile,
  };
}

/** Training has nothing to send and nobody to send it to; the real queue goes on by itself meanwhile. */
export function syncHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'sync.now': refuse, 'sync.cancel': refuse, 'sync.outages': refuse };
}
