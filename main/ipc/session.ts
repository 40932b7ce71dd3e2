import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import type { Response } from '../../app/ipc/contract.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { passwordFault, type PasswordFault } from '../../app/desk/password.ts';
import { hashPassword, passwordMatches } from '../security/passwords.ts';
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
  /** The journal has news for the center. */
  readonly changedPassword: () => void;
  readonly now: () => number;
}

type Group = Pick<
  Handlers,
  'session.login' | 'session.current' | 'session.logout' | 'session.changePassword' | 'session.train'
>;

const FAULT_CODE = {
  short: 'password.short',
  username: 'password.username',
  same: 'password.same',
} as const satisfies Record<PasswordFault, string>;

export function sessionHandlers(needs: Needs): Group {
  const { store, sessions, draftKey, training, changedPassword, now } = needs;
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
        mustChange: account.mustChange,
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
    'session.changePassword': async ({ current, password }, caller) => {
      const { username, accountId } = caller;
      // Who was given a password has proved it a moment ago; whoever finds a desk open has not.
      if (!caller.mustChange || current !== null)
        await requirePassword(store, username, current ?? '', now, 'password.wrong');
      const fault = passwordFault(password, { username, before: current });
      if (fault !== null) throw new RekamError(FAULT_CODE[fault]);
      const account = await store.accounts.byUsername(username);
      if (account === null) throw new RekamError('login.required');
      if (await passwordMatches(account.hash, password)) throw new RekamError('password.same');
      const hash = await hashPassword(password);
      await store.accounts.setPassword({ id: accountId, hash, by: accountId, now: now() });
      changedPassword();
      const session = sessions.changed(caller);
      if (session === null) throw new RekamError('login.required');
      return withKey(session);
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
