import { RekamError } from '../../app/errors.ts';
import { hashPassword, oneTimePassword } from '../security/passwords.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { requirePassword } from './password.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'accounts'>>;
  readonly now: () => number;
  /** The journal has news for the center. */
  readonly changedPassword: () => void;
}

type Group = Pick<Handlers, 'accounts.list' | 'accounts.reset'>;

export function accountHandlers({ store, now, changedPassword }: Needs): Group {
  return {
    'accounts.list': async () =>
      (await store.accounts.list()).map(({ id, username, name, role, mustChange, lockedMs }) => ({
        ...{ accountId: id, username, name, role, mustChange },
        lockedSeconds: Math.ceil(lockedMs / 1000),
      })),
    'accounts.reset': async ({ accountId, password }, caller) => {
      await requirePassword(store, caller.username, password, now, 'password.wrong');
      const account = (await store.accounts.list()).find(({ id }) => id === accountId);
      if (account?.role !== 'operator') throw new RekamError('account.unknown');
      const oneTime = oneTimePassword();
      const hash = await hashPassword(oneTime);
      await store.accounts.setPassword({ id: accountId, hash, by: caller.accountId, now: now() });
      changedPassword();
      return { oneTime };
    },
  };
}

/** Whoever trains may not give a password in the real world, and training has no accounts of its own. */
export function accountHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'accounts.list': refuse, 'accounts.reset': refuse };
}
