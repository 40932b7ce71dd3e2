import { withOwn } from '../../app/desk/settings.ts';
import { RekamError } from '../../app/errors.ts';
import {
  activateAnswerSchema,
  policySchema,
  type Activation,
  type KeyChange,
} from '../../app/sync/protocol.ts';
import type { StationPolicy, StationRecord, StationStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { resetLeases } from './packets.ts';
import { endBattery, forgetStartClock, keepStop } from './power.ts';
import { parseJson } from './rows.ts';
import { lastChanges, setByHand } from './setting-changes.ts';
import { clockOffset, readOwn, readSetting, writeSetting } from './settings.ts';

export function readStation(db: Reader): StationRecord | null {
  const row = db.get<{ activation: string; center_url: string; ca_pem: string | null }>(
    'SELECT activation, center_url, ca_pem FROM station WHERE id = 1',
  );
  if (row === undefined) return null;
  return {
    activation: parseJson(activateAnswerSchema, row.activation),
    centerUrl: row.center_url,
    caPem: row.ca_pem,
  };
}

export function readPolicy(db: Reader, record: StationRecord): StationPolicy {
  const stored = readSetting(db, 'policy');
  const center = stored === null ? record.activation.policy : parseJson(policySchema, stored);
  const own = readOwn(db);
  return { center, own, inForce: withOwn(center, own) };
}

export function createStationStore(db: Database): StationStore {
  return {
    record: () => readStation(db),
    activate: (record, now) => db.write((tx) => activate(tx, record, now)),
    followKeys: (change, announcement, now) => db.write((tx) => followKeys(tx, change, announcement, now)),
    refusedKeys: (hash, now) =>
      db.write((tx) => {
        const isTold = tx.get("SELECT 1 FROM audit WHERE subject = ? AND what = 'keys.refused'", hash);
        if (isTold !== undefined) return;
        writeSetting(tx, 'keysRefusedAt', String(now));
        audit(tx, { at: now, by: null, what: 'keys.refused', subject: hash });
      }),
    keyNews: () => ({
      followedAt: moment(readSetting(db, 'keysFollowedAt')),
      refusedAt: moment(readSetting(db, 'keysRefusedAt')),
    }),
    setting: (key) => readSetting(db, key),
    set: (key, value) => db.write((tx) => writeSetting(tx, key, value)),
    setByHand: (key, value, by, now) => setByHand(db, key, value, by, now),
    lastChanges: (keys) => lastChanges(db, keys),
    policy: () => {
      const record = readStation(db);
      return record === null ? null : readPolicy(db, record);
    },
    begin: (now) => db.write((tx) => begin(tx, now)),
    alive: (now, corrected) =>
      db.write((tx) => {
        tx.run('UPDATE run SET alive_at = ? WHERE id = (SELECT max(id) FROM run)', now);
        writeSetting(tx, 'latestTime', String(corrected));
      }),
    end: (now, corrected) =>
      db.write((tx) => {
        tx.run('UPDATE run SET alive_at = ?, ended_at = ? WHERE id = (SELECT max(id) FROM run)', now, now);
        endBattery(tx, corrected);
        writeSetting(tx, 'latestTime', String(corrected));
      }),
    knownTime: () => ({ offsetMs: clockOffset(db), latest: latestTime(db) }),
  };
}

/** What is sealed and waiting stays sealed to the former recipient: nobody here could open it. */
function followKeys(tx: Writer, change: KeyChange, announcement: string, now: number): Activation {
  const station = readStation(tx);
  if (station === null) throw new RekamError('request.invalid');
  const { activation } = station;
  const { sealing, receiptKey } = activation;
  if (change.replaces.keyId !== sealing.keyId || change.replaces.kid !== receiptKey.kid) return activation;
  const isNewReceiptKey = change.receiptKey.kid !== receiptKey.kid;
  const next: Activation = {
    ...activation,
    sealing: change.sealing,
    receiptKey: change.receiptKey,
    formerReceiptKeys: isNewReceiptKey
      ? [{ ...receiptKey, until: change.at }, ...activation.formerReceiptKeys]
      : activation.formerReceiptKeys,
  };
  tx.run('UPDATE station SET activation = ? WHERE id = 1', JSON.stringify(next));
  writeSetting(tx, 'keysFollowedAt', String(now));
  // Whoever announced falsely before it has been answered by the center itself.
  tx.run("DELETE FROM setting WHERE key = 'keysRefusedAt'");
  const subject = `${change.sealing.keyId} ${change.receiptKey.kid}`;
  audit(tx, { at: now, by: null, what: 'keys.followed', subject, detail: announcement });
  return next;
}

function moment(setting: string | null): number | null {
  return setting === null ? null : Number(setting);
}

/** Every key of the center that this station has ever believed, the present one first: Ed25519, base64url. */
export function centerKeysOf(station: StationRecord | null): string[] {
  if (station === null) return [];
  const { receiptKey, formerReceiptKeys } = station.activation;
  return [receiptKey.x, ...formerReceiptKeys.map(({ x }) => x)];
}

function activate(tx: Writer, record: StationRecord, now: number): void {
  if (readStation(tx) !== null) throw new RekamError('activation.done');
  insertStation(tx, record, now);
  audit(tx, { at: now, by: null, what: 'station.activated', subject: record.activation.stationId });
}

export function insertStation(tx: Writer, record: StationRecord, now: number): void {
  const { activation } = record;
  tx.run(
    'INSERT INTO station(id, activation, center_url, ca_pem, activated_at) VALUES (1, ?, ?, ?, ?)',
    JSON.stringify(activation),
    record.centerUrl,
    record.caPem,
    now,
  );
  for (const desa of activation.kecamatan.desa) {
    tx.run('INSERT OR REPLACE INTO desa(kode, nama) VALUES (?, ?)', desa.kode, desa.nama);
  }
  writeSetting(tx, 'policy', JSON.stringify(activation.policy));
}

/**
 * When the station was last alive. A database that was built anew may lack that: then the newest packet tells. Never the
 * latest of all times in it: the center may have put this clock back since.
 */
function latestTime(db: Reader): number | null {
  const stored = readSetting(db, 'latestTime');
  if (stored !== null) return Number(stored);
  const newest = db.get<{ at: number }>(
    `SELECT e.recorded_at + coalesce(e.clock_offset_ms, 0) AS at FROM packet p JOIN enrollment e USING (packet_id)
     ORDER BY p.sequence DESC LIMIT 1`,
  );
  return newest?.at ?? null;
}

function begin(tx: Writer, now: number): ReturnType<StationStore['begin']> {
  const last = tx.get<{ alive_at: number; ended_at: number | null }>(
    'SELECT alive_at, ended_at FROM run ORDER BY id DESC LIMIT 1',
  );
  tx.run('INSERT INTO run(began_at, alive_at, ended_at) VALUES (?, ?, NULL)', now, now);
  // Whoever held these leases is gone with the run before.
  resetLeases(tx);
  tx.run('DELETE FROM draft WHERE packet_id IN (SELECT packet_id FROM packet)');
  forgetStartClock(tx);
  if (last === undefined || last.ended_at !== null) return { uncleanStop: null };
  keepStop(tx, { aliveAt: last.alive_at, startClock: now, latest: latestTime(tx) });
  const drafts = tx.get<{ n: number }>('SELECT count(*) AS n FROM draft WHERE set_aside = 0')?.n ?? 0;
  return { uncleanStop: { lastAliveAt: last.alive_at, drafts } };
}
