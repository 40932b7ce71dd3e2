import { z } from 'zod';
import type { Outage } from '../../app/desk/outages.ts';
import { localDay } from '../../app/local-day.ts';
import type { Reader, Writer } from './database.ts';
import { lastSequence } from './packets.ts';
import { parseJson } from './rows.ts';
import { clockOffset } from './settings.ts';

export const POWER_BETWEEN = `
  SELECT * FROM power_outage
  WHERE started_at < @until AND (ended_at IS NULL OR ended_at > @from OR started_at >= @from)
  ORDER BY started_at`;

/** With a number of that day, and not served: neither here nor by another desk. */
export const NOT_SERVED = `
  SELECT t.number FROM ticket t
  WHERE t.date = ? AND t.state IN ('waiting', 'called', 'serving', 'deferred') AND NOT EXISTS (
    SELECT 1 FROM peer_ticket p
    WHERE p.date = t.date AND p.nik = t.nik AND p.state IN ('serving', 'done')
  )`;

/** Signs of life come every 15 s, and the last of them a moment after the system said that it goes. */
const SAID_WITHIN_MS = 10_000;
/** What the audit log may have had after it. */
const LAST_ENTRIES = 20;
export const LAST_ACTS = `SELECT at, what FROM audit ORDER BY sequence DESC LIMIT ${LAST_ENTRIES}`;

const numbersSchema = z.array(z.int());

export interface StoredPower {
  kind: 'stop' | 'battery';
  started_at: number;
  ended_at: number | null;
  waiting: string;
  sequence_before: number;
  sequence_after: number | null;
}

export function powerBetween(db: Reader, from: number, until: number): StoredPower[] {
  return db.all<StoredPower>(POWER_BETWEEN, { from, until });
}

/** Those who waited, as turns of the day on which it began. */
export function waitingOf({ started_at, waiting }: StoredPower): Outage['waiting'] {
  const date = localDay(started_at);
  return parseJson(numbersSchema, waiting).map((number) => ({ date, who: String(number) }));
}

interface Stop {
  /** The last sign of life, and what the clock says now: neither of them corrected. */
  readonly aliveAt: number;
  readonly startClock: number;
  /** The desk's time with that sign of life. */
  readonly latest: number | null;
}

/**
 * The run before did not end by itself. Who waited then waits still: nothing has happened since. A PC that the system
 * had put to sleep, or whose session Windows had ended, was left in peace and lacked no power.
 */
export function keepStop(tx: Writer, { aliveAt, startClock, latest }: Stop): void {
  const offset = clockOffset(tx) ?? 0;
  // A run that ends in its first seconds has given no sign of life yet: its own beginning is the later of the two.
  const startedAt = Math.max(latest ?? Number.NEGATIVE_INFINITY, aliveAt + offset);
  endBattery(tx, startedAt);
  if (wasLeftInPeace(tx, aliveAt)) return;
  const numbers = tx.all<{ number: number }>(NOT_SERVED, localDay(startedAt)).map(({ number }) => number);
  const sequence = lastSequence(tx);
  tx.run(
    `INSERT INTO power_outage(kind, started_at, ended_at, waiting, sequence_before, sequence_after, start_clock)
     VALUES ('stop', ?, ?, ?, ?, ?, ?)`,
    startedAt,
    startClock + offset,
    JSON.stringify(numbers),
    sequence,
    sequence,
    startClock,
  );
}

function wasLeftInPeace(db: Reader, aliveAt: number): boolean {
  return db
    .all<{ at: number; what: string }>(LAST_ACTS)
    .some(
      ({ at, what }) =>
        (what === 'system.suspend' || what === 'system.session-end') &&
        Math.abs(aliveAt - at) < SAID_WITHIN_MS,
    );
}

/** With each run: what no pulse of the run before has settled stays as it is, for this run's clock is another. */
export function forgetStartClock(tx: Writer): void {
  tx.run('UPDATE power_outage SET start_clock = NULL WHERE start_clock IS NOT NULL');
}

/** A pulse has said what this run's clock is worth, and with it when the run began: a flat battery may have lied. */
export function settleStop(tx: Writer): void {
  tx.run(
    `UPDATE power_outage SET ended_at = start_clock + ?, start_clock = NULL
     WHERE start_clock IS NOT NULL`,
    clockOffset(tx) ?? 0,
  );
}

/** @param at the desk's time */
export function beginBattery(tx: Writer, at: number): void {
  tx.run(
    `INSERT INTO power_outage(kind, started_at, waiting, sequence_before) VALUES ('battery', ?, '[]', ?)
     ON CONFLICT DO NOTHING`,
    at,
    lastSequence(tx),
  );
}

/** @param at the desk's time */
export function endBattery(tx: Writer, at: number): void {
  tx.run(
    'UPDATE power_outage SET ended_at = ?, sequence_after = ? WHERE ended_at IS NULL',
    at,
    lastSequence(tx),
  );
}
