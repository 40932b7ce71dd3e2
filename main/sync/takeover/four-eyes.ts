import { RekamError } from '../../../app/errors.ts';
import type { AccountId } from '../../../app/ids.ts';
import type { KitAccount } from '../../../app/sync/recovery.ts';
import { passwordMatches } from '../../security/passwords.ts';
import { lockMs } from '../../store/accounts.ts';

export interface Person {
  readonly username: string;
  readonly password: string;
}

/** Whose password this is. @throws RekamError `password.wrong`, `login.locked` */
export type Confirm = (person: Person) => Promise<Pick<KitAccount, 'id' | 'role' | 'mustChange'>>;

/**
 * A supervisor and a second person, each by their own password.
 * @throws RekamError `takeover.password` with the name that was typed, `login.locked`, `second.same`,
 *   `second.mustChange`, `second.noSupervisor`
 */
export async function requireTwo(
  persons: readonly [Person, Person],
  confirm: Confirm,
): Promise<readonly [AccountId, AccountId]> {
  const [first, second] = await Promise.all(persons.map((person) => named(person, confirm)));
  if (first === undefined || second === undefined || first.id === second.id)
    throw new RekamError('second.same');
  // Whoever gave that password knows it too: that would be one person with two names.
  if (first.mustChange || second.mustChange) throw new RekamError('second.mustChange');
  if (first.role !== 'supervisor' && second.role !== 'supervisor')
    throw new RekamError('second.noSupervisor');
  return [first.id, second.id];
}

async function named(person: Person, confirm: Confirm): ReturnType<Confirm> {
  try {
    return await confirm(person);
  } catch (error) {
    if (!(error instanceof RekamError) || error.code !== 'password.wrong') throw error;
    throw new RekamError('takeover.password', { name: person.username.trim() }, error);
  }
}

/**
 * By the accounts in a kit, on a PC that knows nobody yet. Wrong ones are counted as at a login, but in memory alone:
 * whoever has the code and the disk could try elsewhere anyway.
 */
export class KitAccounts {
  readonly #wrong = new Map<AccountId, { failures: number; until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  confirmBy(accounts: readonly KitAccount[]): Confirm {
    return async ({ username, password }) => {
      const name = username.trim().toLowerCase();
      const account = accounts.find((one) => one.active && one.username.toLowerCase() === name);
      const entry = account === undefined ? undefined : this.#wrong.get(account.id);
      const left = (entry?.until ?? 0) - this.#now();
      if (left > 0) throw new RekamError('login.locked', { seconds: Math.ceil(left / 1000) });
      if (await passwordMatches(account?.hash ?? null, password)) {
        if (account === undefined) throw new RekamError('password.wrong');
        this.#wrong.delete(account.id);
        return account;
      }
      if (account !== undefined) {
        const failures = (entry?.failures ?? 0) + 1;
        this.#wrong.set(account.id, { failures, until: this.#now() + lockMs(failures) });
      }
      throw new RekamError('password.wrong');
    };
  }
}
