import { RekamError } from '../../app/errors.ts';
import { MIRROR_STATES } from '../../app/ipc/mirror.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'outages' | 'findings' | 'station' | 'journal' | 'reference'>>;
  /** Null until the station is activated. */
  readonly engine: () => SyncEngine | null;
  readonly now: () => number;
}

type Group = Pick<
  Handlers,
  'sync.now' | 'sync.cancel' | 'sync.outages' | 'sync.findings' | 'sync.office' | 'sync.limit'
>;

const OUTAGES_SHOWN = 100;
const FINDINGS_SHOWN = 100;

export function syncHandlers({ store, engine, now }: Needs): Group {
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
    'sync.findings': async () => ({
      reconciledOn: await store.station.setting('reconciledOn'),
      findings: await store.findings.latest(FINDINGS_SHOWN),
      unreadableFacts: await store.journal.parked(),
      rejectedLines: await store.reference.rejected(),
    }),
    'sync.office': async () =>
      (await store.reference.peers()).map(({ stationId, at, fact }) => ({
        stationId,
        ...{ label: fact.label, version: fact.version },
        at: new Date(at - (engine()?.state().clockOffsetMs ?? 0)).toISOString(),
        ...{ recorded: fact.recorded, oldestMinutes: fact.oldestMinutes },
        ...{ waiting: fact.waiting, held: fact.held, residentsLeft: fact.residentsLeft },
        // Another version may have states of its own.
        mirror: MIRROR_STATES.find((known) => known === fact.mirror) ?? null,
        power: fact.power === 'mains' || fact.power === 'battery' ? fact.power : null,
      })),
    'sync.limit': async (limits, caller) => {
      await store.station.setByHand('syncLimits', JSON.stringify(limits), caller.accountId, now());
      engine()?.limit(limits);
    },
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
  return {
    ...{ 'sync.now': refuse, 'sync.cancel': refuse, 'sync.outages': refuse },
    ...{ 'sync.findings': refuse, 'sync.office': refuse, 'sync.limit': refuse },
  };
}
