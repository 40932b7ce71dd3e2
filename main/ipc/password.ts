import { RekamError } from '../../app/errors.ts';
import { passwordMatches } from '../security/passwords.ts';
import type { Account, Remote, StoreApi } from '../store/api.ts';

/**
 * Whose password this is. A wrong one counts toward the account's lock, wherever it was asked for.
 * @throws RekamError `wrong`, or `login.locked` with the seconds left
 */
export async function requirePassword(
  store: Remote<Pick<StoreApi, 'accounts'>>,
  username: string,
  password: string,
  now: () => number,
  wrong: 'login.wrong' | 'password.wrong',
): Promise<Account> {
  const account = await store.accounts.byUsername(username.trim());
  refuseLocked(account?.lockedMs ?? 0);
  const matches = await passwordMatches(account?.hash ?? null, password);
  if (account === null) {
    await store.accounts.failedUnknown(now());
    throw new RekamError(wrong);
  }
  if (!matches) {
    const { lockedMs } = await store.accounts.failed(account.id, now());
    refuseLocked(lockedMs);
    throw new RekamError(wrong);
  }
  return account;
}

function refuseLocked(ms: number): void {
  if (ms > 0) throw new RekamError('login.locked', { seconds: Math.ceil(ms / 1000) });
}
