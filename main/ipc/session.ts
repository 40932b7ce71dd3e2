import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import type { Response } from '../../app/ipc/contract.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { requirePassword } from './password.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'accounts'>>;
  readonly sessions: Sessions;
  readonly draftKey: Uint8Array;
  readonly training: {
    readonly begin: (by: AccountId) => Promise<void>;
    readonly end: () => Promise<void>;
    readonly draftKey: () => Uint8Array;
  };
  readonly now: () => number;
}

type Group = Pick<Handlers, 'session.login' | 'session.current' | 'session.logout' | 'session.train'>;

export function sessionHandlers({ store, sessions, draftKey, training, now }: Needs): Group {
  const withKey = (session: DeskSession): Response<'session.login'> => ({
    ...session,
    draftKey: session.training ? training.draftKey() : draftKey,
  });
  const enter = async (caller: DeskSession): Promise<DeskSession> => {
    await training.begin(caller.accountId);
    const session = sessions.train(caller, true);
    if (session !== null) return session;
    // Locked or logged out while it was made: nobody is there to train.
    await training.end();
    throw new RekamError('login.required');
  };
  // First the session, so that no call reaches a desk that is being taken down.
  const leave = async (caller: DeskSession): Promise<DeskSession> => {
    const session = sessions.train(caller, false);
    if (session === null) throw new RekamError('login.required');
    await training.end();
    if (sessions.current() !== session) throw new RekamError('login.required');
    return session;
  };
  let switching = false;
  return {
    'session.login': async ({ username, password }) => {
      if ((await store.accounts.count()) === 0) throw new RekamError('login.noAccounts');
      const account = await requirePassword(store, username, password, now, 'login.wrong');
      await store.accounts.loggedIn(account.id, now());
      const session = {
        accountId: account.id,
        username: account.username,
        name: account.name,
        role: account.role,
        training: false,
      };
      sessions.begin(session);
      return withKey(session);
    },
    'session.current': () => {
      const session = sessions.current();
      return session === null ? null : withKey(session);
    },
    'session.logout': () => {
      sessions.end('logout');
    },
    'session.train': async (wanted, caller) => {
      if (switching) throw new RekamError('training.busy');
      if (caller.training === wanted) return withKey(caller);
      switching = true;
      try {
        return withKey(await (wanted ? enter(caller) : leave(caller)));
      } finally {
        switching = false;
      }
    },
  };
}
