import type { PacketId } from '../../app/ids.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Clock } from './api.ts';
import type { SyncLog } from './log.ts';

export interface LeaseKeeper {
  /** Bytes moved. */
  alive(): void;
  /** Resolves when no renewal is under way any more. */
  settled(): Promise<void>;
}

interface LeaseDeps {
  readonly store: Remote<Pick<StoreApi, 'outbox'>>;
  readonly clock: Clock;
  readonly log: SyncLog;
}

/** Renews a packet's lease while its bytes move; an upload that stands still lets it run out. */
export function keepLease(
  { store, clock, log }: LeaseDeps,
  packetId: PacketId,
  leaseMs: number,
): LeaseKeeper {
  let renewedAt = clock.elapsed();
  let renewal: Promise<void> = Promise.resolve();
  return {
    alive: () => {
      const now = clock.elapsed();
      if (now - renewedAt < leaseMs / 3) return;
      renewedAt = now;
      renewal = store.outbox.renew(packetId, clock.now(), leaseMs).catch((error: unknown) => {
        log.warn('sync.lease', { packetId, reason: error instanceof Error ? error.name : 'unknown' });
      });
    },
    settled: () => renewal,
  };
}
