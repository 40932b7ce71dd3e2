import type { Sha256 } from '../../app/ids.ts';
import { recoverySchema, type Recovery } from '../../app/ipc/mirror.ts';
import type { DeskRow } from '../../app/sync/mirror.ts';
import type { Manifest } from '../../app/sync/protocol.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { deleteDraft } from './drafts.ts';
import type { RecoveryStore, RestoreResult } from './mirror-api.ts';
import { nextForeignPlace, raiseFloor, readPacket } from './packets.ts';
import { putInReview, readKeptReview } from './reviews.ts';
import { iso, parseJson, sha256 } from './rows.ts';
import { readSetting, writeSetting } from './settings.ts';
import { insertStation, readStation } from './station.ts';

export function createRecoveryStore(db: Database): RecoveryStore {
  return {
    begin: (input) => db.write((tx) => begin(tx, input)),
    raise: (last) => db.write((tx) => raiseFloor(tx, last)),
    report: () => report(db),
    note: (add) =>
      db.write((tx) => {
        const now = report(tx);
        if (now === null) return;
        const sum = (name: 'fromFile' | 'fromMirror' | 'drafts' | 'rowless' | 'left') =>
          now[name] + (add[name] ?? 0);
        write(tx, {
          ...now,
          fromFile: sum('fromFile'),
          fromMirror: sum('fromMirror'),
          drafts: sum('drafts'),
          rowless: sum('rowless'),
          // Found again at each look at the mirror, so told as it stands and not added up.
          left: add.left ?? now.left,
        });
      }),
  };
}

function begin(tx: Writer, input: Parameters<RecoveryStore['begin']>[0]): void {
  const { record, mirror, last, setAside, now } = input;
  const why = recoverySchema.shape.why.parse(input.why);
  if (record !== null && readStation(tx) === null) insertStation(tx, record, now);
  if (mirror !== null) writeSetting(tx, 'mirror', JSON.stringify(mirror));
  writeSetting(tx, 'journalUnsure', '1');
  // A floor of zero says: this database may lack numbers, whatever it holds.
  raiseFloor(tx, last ?? { sequence: 0, manifestSha256: null });
  write(tx, {
    ...{ at: iso(now), why, setAside },
    ...{ fromFile: 0, fromMirror: 0, drafts: 0, rowless: 0, left: 0 },
  });
  const where = setAside === null ? 'no old file' : `old file in ${setAside}`;
  audit(tx, {
    at: now,
    by: null,
    what: 'store.recovered',
    subject: record?.activation.stationId ?? null,
    detail: `${why}; ${where}; numbers go on above ${last?.sequence ?? 0}`,
  });
}

function report(db: Reader): Recovery | null {
  const stored = readSetting(db, 'recovery');
  return stored === null ? null : parseJson(recoverySchema, stored);
}

function write(tx: Writer, recovery: Recovery): void {
  writeSetting(tx, 'recovery', JSON.stringify(recovery));
}

/**
 * Puts a packet that was recorded here back into the outbox, as it was: same number, same manifest. The center answers
 * with the receipt that it has, or takes it. Manifest and bytes were verified by the caller.
 * @param row null where nobody here can read it: name and NIK stay empty, and say so
 */
export function restorePacket(
  tx: Writer,
  input: {
    readonly manifest: Manifest;
    readonly jws: string;
    readonly sealed: Uint8Array;
    readonly row: DeskRow | null;
    /** Another station recorded it, which this one took over. */
    readonly isForeign?: boolean;
    readonly now: number;
  },
): RestoreResult {
  const { manifest, jws, sealed, row, isForeign = false } = input;
  if (readPacket(tx, manifest.packetId) !== undefined) return 'known';
  const origin = isForeign ? manifest.stationId : null;
  const place = isForeign ? nextForeignPlace(tx) : manifest.sequence;
  const isGiven = tx.get(
    'SELECT 1 FROM packet WHERE sequence = ? OR origin = ? AND origin_sequence = ?',
    ...[place, origin, manifest.sequence],
  );
  if (isGiven !== undefined) return 'conflict';
  deleteDraft(tx, manifest.packetId);
  tx.run(
    `INSERT INTO packet(packet_id, sequence, kind, amends, replaces, manifest, manifest_sha256, sha256, size, state,
       recorded_at, origin, origin_sequence)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'recorded', ?, ?, ?)`,
    ...[manifest.packetId, place, manifest.kind],
    ...[manifest.amends ?? null, manifest.replaces ?? null, jws, sha256(jws) satisfies Sha256],
    ...[manifest.sha256, manifest.size, Date.parse(manifest.recordedAt)],
    ...[origin, isForeign ? manifest.sequence : null],
  );
  tx.run('INSERT INTO packet_blob(packet_id, sealed) VALUES (?, ?)', manifest.packetId, sealed);
  tx.run('INSERT INTO outbox(packet_id, sequence, waiting) VALUES (?, ?, 1)', manifest.packetId, place);
  insertRow(tx, manifest, row);
  if (row?.review !== undefined) putInReview(tx, manifest.packetId, row.review);
  audit(tx, {
    at: input.now,
    by: null,
    what: isForeign ? 'packet.takenOver' : 'packet.restored',
    subject: manifest.packetId,
    detail: `${row?.biodata.nik ?? 'unknown'} ${manifest.sequence}`,
  });
  return row === null ? 'rowless' : 'restored';
}

function insertRow(tx: Writer, manifest: Manifest, row: DeskRow | null): void {
  tx.run(
    `INSERT INTO enrollment(packet_id, nik, nama, biodata, thumbnail, operator_id, operator_name, date, recorded_at,
       clock_offset_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[manifest.packetId, row?.biodata.nik ?? '', row?.biodata.nama ?? ''],
    ...[row === null ? '{}' : JSON.stringify(row.biodata)],
    ...[row?.thumbnail == null ? null : Buffer.from(row.thumbnail, 'base64')],
    ...[row?.operator.id ?? '', row?.operator.name ?? '', row?.date ?? manifest.recordedAt.slice(0, 10)],
    ...[row?.recordedAt ?? Date.parse(manifest.recordedAt), row?.clockOffsetMs ?? manifest.clockOffsetMs],
  );
}

/** One row by one value; a damaged database offers no more. */
export interface RowReader {
  get<Row>(sql: string, value: string): Row | undefined;
}

/** What the desk knows of a packet, for its second copy. */
export function readDeskRow(db: RowReader, packetId: string): Omit<DeskRow, 'v'> | null {
  const row = db.get<{
    biodata: string;
    thumbnail: Uint8Array | null;
    operator_id: DeskRow['operator']['id'];
    operator_name: string;
    date: string;
    recorded_at: number;
    clock_offset_ms: number | null;
  }>('SELECT * FROM enrollment WHERE packet_id = ?', packetId);
  // Restored without one: there is nothing to copy.
  if (row === undefined || row.biodata === '{}') return null;
  const review = readKeptReview(db, packetId);
  return {
    packetId: packetId as DeskRow['packetId'],
    biodata: JSON.parse(row.biodata) as DeskRow['biodata'],
    thumbnail: row.thumbnail === null ? null : Buffer.from(row.thumbnail).toString('base64'),
    operator: { id: row.operator_id, name: row.operator_name },
    date: row.date,
    recordedAt: row.recorded_at,
    clockOffsetMs: row.clock_offset_ms,
    ...(review !== null && { review }),
  };
}
