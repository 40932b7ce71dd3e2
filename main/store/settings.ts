import { ownSettingsSchema, readSettingAs, type OwnSettings } from '../../app/desk/settings.ts';
import type { SettingKey } from './api.ts';
import type { Reader, Writer } from './database.ts';

/** Settings of the store's own, beside those that the rest of main names. */
export type StoredSetting =
  | SettingKey
  /** JSON of Accepted. */
  | 'accepted'
  | 'referenceCursor'
  | 'referenceRejected'
  | 'journalAcknowledged'
  | 'journalUnsure'
  | 'journalParked'
  | 'sequenceFloor'
  | 'keysFollowedAt'
  | 'keysRefusedAt';

export function readSetting(db: Reader, key: StoredSetting): string | null {
  return db.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', key)?.value ?? null;
}

export function writeSetting(tx: Writer, key: StoredSetting, value: string): void {
  tx.run(
    'INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value',
    key,
    value,
  );
}

/** What this station has set by itself over the center's policy. */
export function readOwn(db: Reader): OwnSettings {
  const { shape } = ownSettingsSchema;
  const number = (key: Exclude<keyof OwnSettings, 'stepOrder'>) =>
    readSettingAs(readSetting(db, key), shape[key], null);
  return {
    stepOrder: readSettingAs(readSetting(db, 'stepOrder'), shape.stepOrder, null),
    fingerThreshold: number('fingerThreshold'),
    irisThreshold: number('irisThreshold'),
    maxAttempts: number('maxAttempts'),
    retentionDays: number('retentionDays'),
    idleLockMinutes: number('idleLockMinutes'),
  };
}

/** Milliseconds by which the center's clock is ahead, from the last pulse; null when it was never known. */
export function clockOffset(db: Reader): number | null {
  const value = readSetting(db, 'clockOffset');
  if (value === null) return null;
  const offset = Math.round(Number(value));
  return Number.isSafeInteger(offset) ? offset : null;
}
