import { RekamError } from '../../app/errors.ts';
import type { Response } from '../../app/ipc/contract.ts';
import { passwordMatches } from '../security/passwords.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'accounts'>>;
  readonly sessions: Sessions;
  readonly draftKey: Uint8Array;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'session.login' | 'session.current' | 'session.logout'>;

export function sessionHandlers({ store, sessions, draftKey, now }: Needs): Group {
  const withKey = (session: DeskSession): Response<'session.login'> => ({ ...session, draftKey });
  return {
    'session.login': async ({ username, password }) => {
      if ((await store.accounts.count()) === 0) throw new RekamError('login.noAccounts');
      const account = await store.accounts.byUsername(username.trim());
      refuseLocked(account?.lockedUntil ?? null, now());
      const matches = await passwordMatches(account?.hash ?? null, password);
      if (account === null) throw new RekamError('login.wrong');
      if (!matches) {
        const { lockedUntil } = await store.accounts.failed(account.id, now());
        refuseLocked(lockedUntil, now());
        throw new RekamError('login.wrong');
      }
      await store.accounts.loggedIn(account.id, now());
      const session = {
        accountId: account.id,
        username: account.username,
        name: account.name,
        role: account.role,
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
  };
}

function refuseLocked(lockedUntil: number | null, now: number): void {
  if (lockedUntil === null || lockedUntil <= now) return;
  throw new RekamError('login.locked', { seconds: Math.ceil((lockedUntil - now) / 1000) });
}
