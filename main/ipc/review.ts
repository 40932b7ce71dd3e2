import { RekamError } from '../../app/errors.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'reviews' | 'audit'>>;
  readonly engine: () => SyncEngine | null;
  readonly now: () => number;
  /** One was decided: the status bar follows, and the second copy says so too. */
  readonly changed: () => void;
}

type Group = Pick<
  Handlers,
  'review.list' | 'review.open' | 'review.approve' | 'review.return' | 'review.takeBack'
>;

/** The supervisor's look at what was recorded, before it goes. */
export function reviewHandlers({ store, engine, now, changed }: Needs): Group {
  return {
    'review.list': ({ which }, caller) => store.reviews.list(which, caller.accountId),
    'review.open': async (packetId, caller) => {
      const found = await store.reviews.open(packetId);
      const by = caller.accountId;
      await store.audit.opened({ at: now(), by, what: 'packet.opened', subject: packetId });
      return found;
    },
    'review.approve': async ({ packetIds }, caller) => {
      await store.reviews.approve(packetIds, caller.accountId, now());
      engine()?.wake();
      changed();
    },
    'review.return': async ({ packetId, reason }, caller) => {
      await store.reviews.return(packetId, reason, caller.accountId, now());
      changed();
    },
    'review.takeBack': async (packetId, caller) => {
      await store.reviews.takeBack(packetId, caller.accountId, now());
      changed();
    },
  };
}

/** Training's packets go nowhere: there is nothing to let go. */
export function reviewHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    ...{ 'review.list': refuse, 'review.open': refuse, 'review.approve': refuse },
    ...{ 'review.return': refuse, 'review.takeBack': refuse },
  };
}
