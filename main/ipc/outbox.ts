import { RekamError } from '../../app/errors.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'outbox' | 'audit'>>;
  readonly engine: () => SyncEngine | null;
  readonly now: () => number;
  /** A packet was held or let go: the status bar follows. */
  readonly changed: () => void;
}

type Group = Pick<Handlers, 'outbox.packet' | 'outbox.hold' | 'outbox.release' | 'outbox.retry'>;

/** The supervisor's hand on single packets. */
export function outboxHandlers({ store, engine, now, changed }: Needs): Group {
  return {
    'outbox.packet': async (packetId, caller) => {
      const detail = await store.outbox.packet(packetId);
      const by = caller.accountId;
      await store.audit.opened({ at: now(), by, what: 'packet.opened', subject: packetId });
      return detail;
    },
    'outbox.hold': async ({ packetId, reason }, caller) => {
      await store.outbox.holdByHand(packetId, reason, caller.accountId, now());
      engine()?.leave(packetId);
      changed();
    },
    'outbox.release': async (packetId, caller) => {
      await store.outbox.release(packetId, caller.accountId, now());
      engine()?.wake();
      changed();
    },
    'outbox.retry': async (packetId, caller) => {
      engine()?.tryNow(await store.outbox.retry(packetId, caller.accountId, now()));
      changed();
    },
  };
}

/** Training's packets go nowhere: there is nothing to hold back. */
export function outboxHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'outbox.packet': refuse, 'outbox.hold': refuse, 'outbox.release': refuse, 'outbox.retry': refuse };
}
