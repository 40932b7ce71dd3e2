import { accountIdSchema, type AccountId } from '../../app/ids.ts';
import type { Account, AccountStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Writer } from './database.ts';
import { applyFact } from './facts.ts';
import { appendFact } from './journal.ts';

/** From the fifth wrong password on the account is locked, each time twice as long, for a quarter of an hour at most. */
const FREE_FAILURES = 4;
const FIRST_LOCK_MS = 30_000;
const LONGEST_LOCK_MS = 15 * 60_000;

const ACCOUNT = 'SELECT id, username, name, role, hash, must_change, failures, lock_ms FROM account';

interface AccountRow {
  id: string;
  username: string;
  name: string;
  role: 'operator' | 'supervisor';
  hash: string;
  must_change: number;
  failures: number;
  lock_ms: number;
}

/**
 * @param elapsed milliseconds since some moment of this run. Locks are counted by it: whoever sets the PC's clock neither
 *   shortens nor lengthens one, and while the station is off a lock stands still.
 */
export function createAccountStore(
  db: Database,
  elapsed: () => number = () => performance.now(),
): AccountStore {
  /** When `lock_ms` was last brought up to date. */
  let countedAt = elapsed();
  const passed = (): number => Math.floor(elapsed() - countedAt);
  const count = (tx: Writer): void => {
    const ms = passed();
    countedAt += ms;
    tx.run('UPDATE account SET lock_ms = max(0, lock_ms - ?) WHERE lock_ms > 0', ms);
  };
  const toAccount = (row: AccountRow): Account => ({
    id: accountIdSchema.parse(row.id),
    username: row.username,
    name: row.name,
    role: row.role,
    hash: row.hash,
    mustChange: row.must_change === 1,
    failures: row.failures,
    lockedMs: Math.max(0, row.lock_ms - passed()),
  });
  return {
    count: () => db.get<{ n: number }>('SELECT count(*) AS n FROM account WHERE active = 1')?.n ?? 0,
    list: () =>
      db.all<AccountRow>(`${ACCOUNT} WHERE active = 1 ORDER BY role DESC, name, username`).map(toAccount),
    byUsername: (username) => {
      const row = db.get<AccountRow>(
        `${ACCOUNT} WHERE username = ? COLLATE NOCASE AND active = 1 LIMIT 1`,
        username,
      );
      return row === undefined ? null : toAccount(row);
    },
    all: () =>
      db
        .all<AccountRow & { active: number }>(
          'SELECT id, username, name, role, hash, must_change, active FROM account ORDER BY id',
        )
        .map(({ id, username, name, role, hash, must_change: mustChange, active }) => ({
          ...{ id: accountIdSchema.parse(id), username, name, role, hash },
          ...{ mustChange: mustChange === 1, active: active === 1 },
        })),
    countLocks: () => db.writeUnsynced(count),
    failed: (id, now) =>
      db.write((tx) => {
        count(tx);
        return failed(tx, id, now);
      }),
    // The name itself is not kept: people type passwords into the wrong field.
    failedUnknown: (now) =>
      db.write((tx) => audit(tx, { at: now, by: null, what: 'session.failed', subject: null })),
    loggedIn: (id, now) =>
      db.write((tx) => {
        tx.run('UPDATE account SET failures = 0, lock_ms = 0 WHERE id = ?', id);
        audit(tx, { at: now, by: id, what: 'session.login', subject: id });
      }),
    loggedOut: (id, now, reason) =>
      db.write((tx) => audit(tx, { at: now, by: id, what: 'session.logout', subject: id, detail: reason })),
    setPassword: ({ id: accountId, hash, by, now }) =>
      db.write((tx) => {
        const own = by === accountId;
        const fact = { type: 'account-reset', accountId, by, hash, mustChange: !own } as const;
        applyFact(tx, fact);
        appendFact(tx, fact, now);
        audit(tx, {
          at: now,
          by,
          what: own ? 'account.passwordChanged' : 'account.reset',
          subject: accountId,
        });
      }),
  };
}

/** @param failures wrong passwords in a row, this one included */
export function lockMs(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_FAILURES - 1));
}

function failed(tx: Writer, id: AccountId, now: number): { lockedMs: number } {
  tx.run('UPDATE account SET failures = failures + 1 WHERE id = ?', id);
  const failures =
    tx.get<{ failures: number }>('SELECT failures FROM account WHERE id = ?', id)?.failures ?? 0;
  const lockedMs = lockMs(failures);
  tx.run('UPDATE account SET lock_ms = ? WHERE id = ?', lockedMs, id);
  audit(tx, { at: now, by: null, what: 'session.failed', subject: id, detail: String(failures) });
  return { lockedMs };
}
