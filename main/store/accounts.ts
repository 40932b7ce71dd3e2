import { accountIdSchema, type AccountId } from '../../app/ids.ts';
import type { Account, AccountStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Writer } from './database.ts';

/** From the fifth wrong password on the account is locked, each time twice as long, for a quarter of an hour at most. */
const FREE_FAILURES = 4;
const FIRST_LOCK_MS = 30_000;
const LONGEST_LOCK_MS = 15 * 60_000;

interface AccountRow {
  id: string;
  username: string;
  name: string;
  role: 'operator' | 'supervisor';
  hash: string;
  failures: number;
  locked_until: number | null;
}

export function createAccountStore(db: Database): AccountStore {
  return {
    count: () => db.get<{ n: number }>('SELECT count(*) AS n FROM account WHERE active = 1')?.n ?? 0,
    byUsername: (username) => {
      const row = db.get<AccountRow>(
        `SELECT id, username, name, role, hash, failures, locked_until FROM account
         WHERE username = ? COLLATE NOCASE AND active = 1 LIMIT 1`,
        username,
      );
      return row === undefined ? null : toAccount(row);
    },
    failed: (id, now) => db.write((tx) => failed(tx, id, now)),
    loggedIn: (id, now) =>
      db.write((tx) => {
        tx.run('UPDATE account SET failures = 0, locked_until = NULL WHERE id = ?', id);
        audit(tx, { at: now, by: id, what: 'session.login', subject: id });
      }),
    loggedOut: (id, now, reason) =>
      db.write((tx) => audit(tx, { at: now, by: id, what: 'session.logout', subject: id, detail: reason })),
  };
}

/** @param failures wrong passwords in a row, this one included */
export function lockMs(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_FAILURES - 1));
}

function failed(tx: Writer, id: AccountId, now: number): { lockedUntil: number | null } {
  tx.run('UPDATE account SET failures = failures + 1 WHERE id = ?', id);
  const failures =
    tx.get<{ failures: number }>('SELECT failures FROM account WHERE id = ?', id)?.failures ?? 0;
  const wait = lockMs(failures);
  const lockedUntil = wait === 0 ? null : now + wait;
  tx.run('UPDATE account SET locked_until = ? WHERE id = ?', lockedUntil, id);
  audit(tx, { at: now, by: null, what: 'session.failed', subject: id, detail: String(failures) });
  return { lockedUntil };
}

function toAccount(row: AccountRow): Account {
  return {
    id: accountIdSchema.parse(row.id),
    username: row.username,
    name: row.name,
    role: row.role,
    hash: row.hash,
    failures: row.failures,
    lockedUntil: row.locked_until,
  };
}
