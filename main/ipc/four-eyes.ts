import type { AuditAct } from '../../app/desk/audit.ts';
import { RekamError } from '../../app/errors.ts';
import type { SecondPerson } from '../../app/ipc/people.ts';
import type { DeskSession } from '../security/sessions.ts';
import type { Account, Remote, StoreApi } from '../store/api.ts';
import { requirePassword } from './password.ts';

/**
 * Asks for a second pair of eyes: another person confirms with name and password, within the very call that they are
 * for, that `act` may be done. One of the two is a supervisor. Both stand in the audit log: this entry is the second
 * person's and names the caller, the act's own entry is the caller's.
 * @throws RekamError `login.wrong`, `login.locked`, `second.same`, `second.mustChange`, `second.noSupervisor`
 */
export type FourEyes = (caller: DeskSession, second: SecondPerson, act: AuditAct) => Promise<Account>;

export function createFourEyes(needs: {
  readonly store: Remote<Pick<StoreApi, 'accounts' | 'audit'>>;
  readonly now: () => number;
}): FourEyes {
  const { store, now } = needs;
  return async (caller, { username, password }, act) => {
    const account = await requirePassword(store, username, password, now, 'login.wrong');
    if (account.id === caller.accountId) throw new RekamError('second.same');
    // Whoever gave that password knows it too: that would be one person with two names.
    if (account.mustChange) throw new RekamError('second.mustChange');
    if (caller.role !== 'supervisor' && account.role !== 'supervisor')
      throw new RekamError('second.noSupervisor');
    await store.audit.append({
      at: now(),
      by: account.id,
      what: 'second.confirmed',
      subject: caller.accountId,
      detail: act,
    });
    return account;
  };
}
