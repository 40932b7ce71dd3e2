import type { Outage } from '../../app/desk/outages.ts';
import type { LinkCause } from '../../app/sync/link.ts';
import type { OutageRow, OutageStore } from './api.ts';
import type { Database, Reader, Writer } from './database.ts';
import { appendFact } from './journal.ts';
import { lastSequence } from './packets.ts';
import { beginBattery, endBattery, powerBetween, settleStop, waitingOf } from './power.ts';
import { iso } from './rows.ts';
import { clockOffset, readSetting } from './settings.ts';

export const LINK_BETWEEN = `
  SELECT * FROM outage
  WHERE desk_started_at < @until
    AND (desk_ended_at IS NULL OR desk_ended_at > @from OR desk_started_at >= @from)
  ORDER BY desk_started_at`;
/** Residents, by day and number; an amendment is nobody's turn, and what was taken over is another station's. */
export const RECORDED_AMONG = `
  SELECT p.sequence, e.date,
    (SELECT max(t.number) FROM ticket t WHERE t.packet_id = p.packet_id AND t.date = e.date) AS number
  FROM packet p JOIN enrollment e USING (packet_id)
  WHERE p.sequence > ? AND p.sequence <= ? AND p.kind = 'enrollment' AND p.origin IS NULL`;

/** A clock that is behind the last sign of life by more than this was set back. */
const BACK_MS = 5 * 60_000;

interface StoredOutage {
  id: number;
  started_at: number;
  ended_at: number | null;
  desk_started_at: number;
  desk_ended_at: number | null;
  cause: LinkCause;
  sequence_before: number;
  recorded_meanwhile: number | null;
}

export function createOutageStore(db: Database): OutageStore {
  return {
    began: (at, cause) =>
      db.write((tx) => {
        tx.run(
          `INSERT INTO outage(started_at, cause, sequence_before, desk_started_at) VALUES (?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
          at,
          cause,
          lastSequence(tx),
          deskTime(tx, at),
        );
      }),
    ended: (at) => db.write((tx) => ended(tx, at)),
    latest: (limit) => {
      const last = lastSequence(db);
      return db.all<StoredOutage>('SELECT * FROM outage ORDER BY id DESC LIMIT ?', limit).map(
        (row): OutageRow => ({
          startedAt: row.started_at,
          endedAt: row.ended_at,
          cause: row.cause,
          recordedMeanwhile: row.recorded_meanwhile ?? last - row.sequence_before,
        }),
      );
    },
    onBattery: (isOn, at) => db.write((tx) => (isOn ? beginBattery : endBattery)(tx, deskTime(tx, at))),
    between: (from, until) => between(db, from, until),
  };
}

/** By the last pulse, and never before the last sign of life, as the desk's clock goes. */
function deskTime(db: Reader, at: number): number {
  const corrected = at + (clockOffset(db) ?? 0);
  const alive = Number(readSetting(db, 'latestTime') ?? corrected);
  return alive - corrected > BACK_MS ? alive : corrected;
}

function between(db: Reader, from: number, until: number): Outage[] {
  const recorded = (after: number, upTo: number | null): Outage['recorded'] =>
    db
      .all<{ sequence: number; date: string; number: number | null }>(
        RECORDED_AMONG,
        after,
        upTo ?? Number.MAX_SAFE_INTEGER,
      )
      .map(({ sequence, date, number }) => ({
        date,
        who: number === null ? `#${sequence}` : String(number),
      }));
  const link = db.all<StoredOutage>(LINK_BETWEEN, { from, until }).map(
    (row): Outage => ({
      ...{ cause: row.cause, startedAt: row.desk_started_at, endedAt: row.desk_ended_at, waiting: [] },
      recorded: recorded(
        row.sequence_before,
        row.recorded_meanwhile === null ? null : row.sequence_before + row.recorded_meanwhile,
      ),
    }),
  );
  const power = powerBetween(db, from, until).map(
    (row): Outage => ({
      ...{ cause: row.kind, startedAt: row.started_at, endedAt: row.ended_at, waiting: waitingOf(row) },
      recorded: recorded(row.sequence_before, row.sequence_after),
    }),
  );
  return [...link, ...power];
}

function ended(tx: Writer, at: number): void {
  settleStop(tx);
  const open = tx.get<StoredOutage>('SELECT * FROM outage WHERE ended_at IS NULL');
  if (open === undefined) return;
  const recordedMeanwhile = lastSequence(tx) - open.sequence_before;
  tx.run(
    'UPDATE outage SET ended_at = ?, desk_ended_at = ?, recorded_meanwhile = ? WHERE id = ?',
    at,
    // A pulse has just said what the clock is worth.
    at + (clockOffset(tx) ?? 0),
    recordedMeanwhile,
    open.id,
  );
  const startedAt = iso(open.started_at);
  appendFact(tx, { type: 'outage', startedAt, endedAt: iso(at), cause: open.cause, recordedMeanwhile }, at);
}
