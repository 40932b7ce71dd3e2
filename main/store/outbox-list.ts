import type { MeasuredPackets } from '../../app/desk/room.ts';
import { RekamError } from '../../app/errors.ts';
import type { PacketId } from '../../app/ids.ts';
import type { OutboxRow } from '../../app/ipc/contract.ts';
import type { PacketState } from '../../app/enrollment/lifecycle.ts';
import { outcomeSchema } from '../../app/sync/protocol.ts';
import type { Backlog, OutboxStore, OutboxSummary } from './api.ts';
import type { Reader } from './database.ts';
import { lastSequence, NUMBER, sequenceFloor } from './packets.ts';
import { countReviews } from './reviews.ts';
import { iso, isoOrNull, parseJson } from './rows.ts';
import { countTasks, isOpenTask } from './tasks.ts';

type Filter = Parameters<OutboxStore['list']>[0];

const STATES: Readonly<Record<Exclude<Filter, 'all'>, readonly PacketState[]>> = {
  pending: ['recorded', 'sending'],
  review: ['review'],
  held: ['held'],
  received: ['received', 'accepted', 'duplicate', 'superseded'],
  /** Of these only what is a task at the desk. */
  rejected: ['returned', 'rejected', 'duplicate'],
};

interface ListRow {
  packet_id: OutboxRow['packetId'];
  sequence: number;
  origin: string | null;
  nik: string;
  nama: string;
  recorded_at: number;
  state: PacketState;
  hold_reason: OutboxRow['holdReason'];
  attempts: number;
  next_attempt_at: number;
  sent: number;
  size: number;
  last_problem: string | null;
  received_at: number | null;
  outcome: string | null;
  erased: number;
  task: number;
}

const ROW = `SELECT p.packet_id, ${NUMBER} AS sequence, coalesce(t.label, substr(p.origin, 1, 8)) AS origin, e.nik,
    e.nama, p.recorded_at, p.state, p.hold_reason, o.attempts, o.next_attempt_at, o.sent, p.size, o.last_problem,
    p.received_at, v.outcome, p.erased_at IS NOT NULL AS erased,
    ${isOpenTask('p')} AS task
  FROM packet p JOIN outbox o USING (packet_id) JOIN enrollment e USING (packet_id)
  LEFT JOIN outcome v USING (packet_id) LEFT JOIN takeover t ON t.station_id = p.origin`;

/** @throws RekamError `packet.unknown` */
export function outboxRow(db: Reader, packetId: PacketId): OutboxRow {
  const row = db.get<ListRow>(`${ROW} WHERE p.packet_id = ?`, packetId);
  if (row === undefined) throw new RekamError('packet.unknown');
  return toRow(row);
}

/** A packet that is a task is unfinished work, whatever else it is. */
const OF_FILTER: Readonly<Partial<Record<Filter, string>>> = {
  // Only duplicates among them can be tasks; of the others nothing but the state is read.
  received: `AND (p.state <> 'duplicate' OR NOT ${isOpenTask('p')})`,
  rejected: `AND ${isOpenTask('p')}`,
};

/** Every word somewhere in the name, or digits as the beginning of a NIK. All names are read through, in an index of them. */
function named(search: string): { readonly where: string; readonly values: readonly string[] } {
  const digits = search.replace(/[\s.-]/g, '');
  if (/^\d+$/.test(digits)) return { where: 'AND substr(e.nik, 1, length(?)) = ?', values: [digits, digits] };
  const words = search
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  return {
    where: words.map(() => 'AND instr(upper(e.nama), upper(?)) > 0').join(' '),
    values: words,
  };
}

/**
 * The packets of a list, from indexes alone: what a page shows of each is read only for those on it. Names lead where
 * they are looked for.
 */
export function listed(
  filter: Filter,
  search: string,
): { readonly sql: string; readonly values: readonly string[] } {
  const { where, values } = named(search);
  const from =
    where === ''
      ? 'FROM packet p INDEXED BY packet_list'
      : 'FROM enrollment e CROSS JOIN packet p USING (packet_id)';
  if (filter === 'all') return { sql: `${from} WHERE true ${where}`, values };
  return {
    sql: `${from} WHERE p.state IN (SELECT value FROM json_each(?)) ${OF_FILTER[filter] ?? ''} ${where}`,
    values: [JSON.stringify(STATES[filter]), ...values],
  };
}

/** Newest first: what was just recorded stands where the operator looks for it. */
export function listOutbox(
  db: Reader,
  filter: Filter,
  offset: number,
  limit: number,
  search = '',
): ReturnType<OutboxStore['list']> {
  const { sql, values } = listed(filter, search);
  const total = db.get<{ n: number }>(`SELECT count(*) AS n ${sql}`, ...values);
  const rows = db.all<ListRow>(
    `${ROW} WHERE p.packet_id IN (SELECT p.packet_id ${sql} ORDER BY p.sequence DESC LIMIT ? OFFSET ?)
     ORDER BY p.sequence DESC`,
    ...values,
    limit,
    offset,
  );
  return { total: total?.n ?? 0, rows: rows.map(toRow) };
}

function toRow(row: ListRow): OutboxRow {
  return {
    packetId: row.packet_id,
    sequence: row.sequence,
    origin: row.origin,
    nik: row.nik,
    nama: row.nama,
    isErased: row.erased === 1,
    recordedAt: iso(row.recorded_at),
    state: row.state,
    holdReason: row.hold_reason,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at === 0 ? null : isoOrNull(row.next_attempt_at),
    offset: row.sent,
    size: row.size,
    lastProblem: row.last_problem,
    receivedAt: isoOrNull(row.received_at),
    outcome: row.outcome === null ? null : parseJson(outcomeSchema, row.outcome),
    task: row.task === 1,
  };
}

/** An unbroken sequence is its own count; one that was built anew may lack numbers, and is counted. */
function packetCount(db: Reader): number {
  if (sequenceFloor(db) === null) return lastSequence(db) + foreignCount(db);
  return db.get<{ n: number }>('SELECT count(*) AS n FROM packet')?.n ?? 0;
}

const DAY_MS = 24 * 60 * 60_000;

export const FOREIGN = 'SELECT count(*) AS n FROM packet WHERE origin IS NOT NULL';

function foreignCount(db: Reader): number {
  return db.get<{ n: number }>(FOREIGN)?.n ?? 0;
}

/**
 * Residents, so not their amendments; at this desk, so not those of a station that was taken over. Within a day from
 * there: under a clock that was put back by years, all others were recorded later.
 */
export const RECORDED_TODAY = `SELECT count(*) AS n FROM packet
  WHERE kind = 'enrollment' AND origin IS NULL AND recorded_at BETWEEN ? AND ?`;

/** Whole enrollments alone: an amendment is small and says nothing of the next resident. */
export const MEASURED = `SELECT count(*) AS count, coalesce(avg(size), 0) AS averageBytes FROM (
  SELECT size FROM packet WHERE kind = 'enrollment' ORDER BY sequence DESC LIMIT 200)`;

export function measured(db: Reader): MeasuredPackets {
  return db.get<MeasuredPackets>(MEASURED) ?? { count: 0, averageBytes: 0 };
}

export const BACKLOG = `SELECT count(*) AS waiting, coalesce(sum(size), 0) AS waitingBytes FROM packet
  WHERE state IN ('recorded', 'sending')`;

export function backlog(db: Reader): Backlog {
  const waiting = db.get<Omit<Backlog, 'review'>>(BACKLOG) ?? { waiting: 0, waitingBytes: 0 };
  return { ...waiting, review: countReviews(db) };
}

/** Whatever is not received yet is counted; the rest of an unbroken sequence is what the center holds. */
export function summary(db: Reader, startOfDay: number): OutboxSummary {
  const count = (state: string) =>
    db.get<{ n: number; bytes: number | null; oldest: number | null }>(
      'SELECT count(*) AS n, sum(size) AS bytes, min(recorded_at) AS oldest FROM packet WHERE state = ?',
      state,
    ) ?? { n: 0, bytes: null, oldest: null };
  const recorded = count('recorded');
  const sending = count('sending');
  const held = count('held');
  const review = countReviews(db);
  const waiting = recorded.n + sending.n;
  // Returned by the supervisor, or superseded since, or while its bytes could not be read: nothing of it ever left.
  const neverSent =
    db.get<{ n: number }>(
      "SELECT count(*) AS n FROM packet WHERE state IN ('returned', 'superseded') AND received_at IS NULL",
    )?.n ?? 0;
  const oldest = [recorded.oldest, sending.oldest].filter((at) => at !== null);
  return {
    waiting,
    review,
    held: held.n,
    rejected: count('rejected').n,
    received: packetCount(db) - waiting - review - held.n - neverSent,
    waitingBytes: (recorded.bytes ?? 0) + (sending.bytes ?? 0),
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    lastReceiptAt:
      db.get<{ at: number | null }>('SELECT max(received_at) AS at FROM packet WHERE received_at IS NOT NULL')
        ?.at ?? null,
    recordedToday: db.get<{ n: number }>(RECORDED_TODAY, startOfDay, startOfDay + DAY_MS - 1)?.n ?? 0,
    tasks: countTasks(db),
  };
}
