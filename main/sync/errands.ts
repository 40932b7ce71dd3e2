import type { KeyObject } from 'node:crypto';
import type { Remote, StationRecord, StoreApi } from '../store/api.ts';
import type { Call } from './call.ts';
import type { ChoreName } from './chores.ts';
import { sendJournal } from './journal.ts';
import type { SyncLog } from './log.ts';
import { fetchOutcomes } from './outcomes.ts';
import { reconcileDaily } from './reconcile.ts';
import { fetchReference } from './reference.ts';
import { tellTakeovers } from './takeover/tell.ts';

export type SyncStore = Remote<
  Pick<StoreApi, 'station' | 'outbox' | 'journal' | 'reference' | 'outages' | 'takeovers'>
>;

interface ErrandDeps {
  readonly store: SyncStore;
  readonly call: Call;
  /** By the station's clock. */
  readonly now: () => number;
  /** By the center's, rather too early than too late; null before the first pulse. */
  readonly centerTimeAtLeast: () => number | null;
  readonly log: SyncLog;
  readonly record: StationRecord;
  readonly stationKey: KeyObject;
  readonly appVersion: string;
  /** Packets or a person wait: what takes long lets them go first. */
  readonly isAwaited: () => boolean;
}

const DAY_MS = 24 * 60 * 60_000;

/** What each chore does; when it does it is for Chores to say. */
export function createErrands(
  deps: ErrandDeps,
): Readonly<Record<ChoreName | 'compare', (signal: AbortSignal) => Promise<unknown>>> {
  const { store, record, isAwaited } = deps;
  const { stationId } = record.activation;
  const withStation = { ...deps, stationId };
  return {
    takeover: (signal) => tellTakeovers(deps, signal),
    outcomes: (signal) => fetchOutcomes(deps, signal),
    journal: (signal) => sendJournal(withStation, signal),
    reference: (signal) => fetchReference(deps, signal, isAwaited),
    reconcile: (signal) => reconcileDaily(deps, signal),
    compare: (signal) => reconcileDaily(deps, signal, true),
    purge: async (signal) => {
      const { retentionDays } = (await store.station.policy())?.inForce ?? record.activation.policy;
      for (;;) {
        const centerTime = deps.centerTimeAtLeast();
        if (centerTime === null) return 'yielded';
        await store.reference.prune(centerTime);
        const count = await store.outbox.purge(centerTime, retentionDays * DAY_MS);
        if (count === 0) return 'done';
        deps.log.info('sync.purge', { count });
        if (signal.aborted || isAwaited()) return 'yielded';
      }
    },
  };
}
