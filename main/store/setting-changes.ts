import type { ListedSetting } from '../../app/desk/settings.ts';
import type { AccountId } from '../../app/ids.ts';
import type { SettingChanged, SettingKey } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader } from './database.ts';
import { iso } from './rows.ts';
import { readSetting, writeSetting } from './settings.ts';

/** One act of a person: what is the same already is no change. */
export function setByHand(
  db: Database,
  key: SettingKey,
  value: string | null,
  by: AccountId,
  now: number,
): void {
  db.write((tx) => {
    const before = readSetting(tx, key);
    if (before === value) return;
    if (value === null) tx.run('DELETE FROM setting WHERE key = ?', key);
    else writeSetting(tx, key, value);
    const detail = JSON.stringify({ before, after: value });
    audit(tx, { at: now, by, what: 'setting.changed', subject: key, detail });
  });
}

export const LAST_CHANGE = `
  SELECT a.at, a.by_account, (SELECT name FROM account WHERE id = a.by_account) AS name FROM audit a
  WHERE a.subject = ? AND a.what = 'setting.changed' AND a.by_account IS NOT NULL ORDER BY a.sequence DESC LIMIT 1`;

/** The last change of each by a person, as far as this database's audit log reaches back. */
export function lastChanges(db: Reader, keys: readonly ListedSetting[]): SettingChanged[] {
  return keys.flatMap((key) => {
    const row = db.get<{ at: number; by_account: string; name: string | null }>(LAST_CHANGE, key);
    return row === undefined ? [] : [{ key, at: iso(row.at), by: row.name ?? row.by_account }];
  });
}
