import { isPending, PACKET_STATES } from '../../app/enrollment/lifecycle.ts';
import { takeoverReportSchema, takeoverSchema } from '../../app/ipc/takeover.ts';
import type { StationId } from '../../app/ids.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { iso, isoOrNull, parseJson } from './rows.ts';
import type { TakeoverInput, TakeoverStore } from './takeover-api.ts';

interface Row {
  station_id: StationId;
  label: string;
  center_url: string;
  voucher: string | null;
  last: number;
  begun_at: number;
  ended_at: number | null;
  report: string | null;
  told_at: number | null;
  refused: string | null;
  gaps: string;
}

const PENDING = JSON.stringify(PACKET_STATES.filter(isPending));

export function createTakeoverStore(db: Database): TakeoverStore {
  return {
    begin: (input) => db.write((tx) => begin(tx, input)),
    ended: (stationId, report, last, now) =>
      db.write((tx) => {
        tx.run(
          'UPDATE takeover SET ended_at = ?, report = ?, last = max(last, ?) WHERE station_id = ?',
          now,
          JSON.stringify(report),
          last,
          stationId,
        );
        const detail = `taken ${report.taken}, known ${report.known}, rowless ${report.rowless}, damaged ${report.damaged}, foreign ${report.foreign}, halves ${report.halves}; up to ${last}`;
        audit(tx, { at: now, by: null, what: 'takeover.ended', subject: stationId, detail });
      }),
    list: () => db.all<Row>('SELECT * FROM takeover ORDER BY begun_at DESC').map((row) => toRow(db, row)),
    untold: () =>
      db
        .all<Row>(
          `SELECT * FROM takeover WHERE ended_at IS NOT NULL AND told_at IS NULL AND voucher IS NOT NULL
             AND refused IS NULL ORDER BY begun_at`,
        )
        .flatMap(({ station_id: stationId, voucher, center_url: centerUrl, last }) =>
          voucher === null ? [] : [{ stationId, voucher, centerUrl, last }],
        ),
    told: (stationId, last, now) =>
      db.write((tx) => {
        tx.run(
          'UPDATE takeover SET told_at = ?, last = max(last, ?), voucher = NULL WHERE station_id = ?',
          ...[now, last, stationId],
        );
        tx.run("DELETE FROM setting WHERE key = 'outcomeCursor'");
        const detail = `counts up to ${last}`;
        audit(tx, { at: now, by: null, what: 'takeover.told', subject: stationId, detail });
      }),
    toldOf: () =>
      db
        .all<Row>('SELECT * FROM takeover WHERE told_at IS NOT NULL ORDER BY told_at')
        .map(({ station_id: stationId, last }) => ({ stationId, last })),
    gaps: (stationId, gaps) =>
      db.write((tx) => {
        tx.run('UPDATE takeover SET gaps = ? WHERE station_id = ?', JSON.stringify(gaps), stationId);
      }),
    refused: (stationId, problem, now) =>
      db.write((tx) => {
        tx.run('UPDATE takeover SET refused = ? WHERE station_id = ?', problem, stationId);
        audit(tx, { at: now, by: null, what: 'takeover.refused', subject: stationId, detail: problem });
      }),
  };
}

function begin(tx: Writer, input: TakeoverInput): void {
  const { stationId, label, kecamatan, centerUrl, voucher, by, accounts, now } = input;
  // Again with the same or a newer paper: what the center was told stays told.
  tx.run(
    `INSERT INTO takeover(station_id, label, kecamatan, center_url, voucher, by_first, by_second, begun_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(station_id) DO UPDATE SET label = excluded.label, center_url = excluded.center_url,
       voucher = CASE WHEN told_at IS NULL THEN excluded.voucher END, by_first = excluded.by_first,
       by_second = excluded.by_second, ended_at = NULL, report = NULL, refused = NULL`,
    ...[stationId, label, kecamatan, centerUrl, voucher, by[0], by[1], now],
  );
  const knowsSomebody = tx.get('SELECT 1 FROM account LIMIT 1') !== undefined;
  if (!knowsSomebody) {
    for (const { id, username, name, role, hash, mustChange, active } of accounts)
      tx.run(
        'INSERT INTO account(id, username, name, role, hash, must_change, active) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[id, username, name, role, hash, mustChange ? 1 : 0, active ? 1 : 0],
      );
  }
  audit(tx, { at: now, by: by[0], what: 'takeover.begun', subject: stationId, detail: label });
  audit(tx, { at: now, by: by[1], what: 'second.confirmed', subject: by[0], detail: 'takeover.begun' });
}

function toRow(db: Reader, row: Row): ReturnType<TakeoverStore['list']>[number] {
  const counts = db.get<{ waiting: number; received: number }>(
    `SELECT count(*) FILTER (WHERE state IN (SELECT value FROM json_each(?))) AS waiting,
       count(*) FILTER (WHERE received_at IS NOT NULL) AS received
     FROM packet WHERE origin = ?`,
    PENDING,
    row.station_id,
  ) ?? { waiting: 0, received: 0 };
  return {
    label: row.label,
    begunAt: iso(row.begun_at),
    endedAt: isoOrNull(row.ended_at),
    report: row.report === null ? null : parseJson(takeoverReportSchema, row.report),
    ...counts,
    toldAt: isoOrNull(row.told_at),
    refused: row.refused !== null,
    gaps: parseJson(takeoverSchema.shape.gaps, row.gaps),
  };
}
