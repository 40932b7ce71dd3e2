import { z } from 'zod';
import { countSheetSchema, type CountSheet, type DayCount } from '../../app/desk/day-close.ts';
import { medianMinutes } from '../../app/desk/power.ts';
import type { TicketState } from '../../app/desk/ticket.ts';
import { isReceived, type PacketState } from '../../app/enrollment/lifecycle.ts';
import { instantSchema } from '../../app/ids.ts';
import type { SheetRow } from '../../app/ipc/day.ts';
import type { FindingKind } from '../../app/sync/finding.ts';
import type { Database, Reader } from './database.ts';
import type { DayStore } from './day-api.ts';
import { TICKETS_OF_DAY } from './desk.ts';
import { isWaiting, lastSequence } from './packets.ts';
import { peerStates } from './peers.ts';
import { iso, parseJson } from './rows.ts';
import { clockOffset, readSetting } from './settings.ts';

/** Of this station's own sequence: what it took over was recorded by another, on that one's days. */
export const PACKETS_OF_DAY = `
  SELECT p.sequence, p.kind, p.state, p.received_at, o.sent >= p.size AS is_sent, e.operator_id, e.operator_name,
    e.recorded_at
  FROM enrollment e JOIN packet p USING (packet_id) JOIN outbox o USING (packet_id)
  WHERE e.date = ? AND p.origin IS NULL`;
export const LATE_OF_DAY = `
  SELECT count(*) AS n FROM enrollment e JOIN packet p USING (packet_id)
  WHERE e.date = ? AND p.origin IS NULL AND p.sequence > ?`;
export const LAST_DAY_RECORDED = `
  SELECT e.date FROM enrollment e JOIN packet p USING (packet_id)
  WHERE e.date < ? AND p.origin IS NULL ORDER BY e.date DESC LIMIT 1`;
export const LAST_DAY_OF_TICKETS = 'SELECT date FROM ticket WHERE date < ? ORDER BY date DESC LIMIT 1';
export const OPEN_DRAFTS = 'SELECT count(*) AS n FROM draft WHERE set_aside = 0';
export const FOUND_AMONG = `
  SELECT f.kind, f.from_sequence, f.to_sequence, p.state FROM finding f LEFT JOIN packet p USING (packet_id)
  WHERE f.settled_at IS NULL AND f.from_sequence <= ?`;

interface PacketOfDay {
  sequence: number;
  kind: 'enrollment' | 'amendment';
  state: PacketState;
  received_at: number | null;
  is_sent: 0 | 1;
  operator_id: string;
  operator_name: string;
  recorded_at: number;
}

/** What the center was asked about last, and which of these numbers it did not hold. */
export const comparisonSchema = z.object({
  at: instantSchema,
  from: z.int(),
  to: z.int(),
  absent: z.array(z.int()),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export function createDayStore(db: Database): DayStore {
  return {
    read: (date) => readDay(db, date),
    sheets: (limit) => sheets(db, limit),
    sheet: (date, number) =>
      db.get<{ sheet: string }>('SELECT sheet FROM day_close WHERE date = ? AND number = ?', date, number)
        ?.sheet ?? null,
    unclosed: (before) => unclosed(db, before),
  };
}

export function readDay(db: Reader, date: string): DayCount {
  const all = db.all<PacketOfDay>(PACKETS_OF_DAY, date).sort((a, b) => a.sequence - b.sequence);
  const count = (is: (packet: PacketOfDay) => boolean) => all.filter(is).length;
  const people = all.filter(({ kind }) => kind === 'enrollment');
  const offset = clockOffset(db) ?? 0;
  return {
    date,
    packets: {
      recorded: people.length,
      amendments: all.length - people.length,
      sent: count(({ is_sent, received_at }) => is_sent === 1 || received_at !== null),
      received: count(({ received_at }) => received_at !== null),
      accepted: count(({ state }) => state === 'accepted'),
      rejected: count(({ state }) => state === 'rejected'),
      duplicate: count(({ state }) => state === 'duplicate'),
      superseded: count(({ state, received_at }) => state === 'superseded' && received_at !== null),
      examining: count(({ state }) => state === 'received'),
      waiting: count(({ state }) => isWaiting(state)),
      review: count(({ state }) => state === 'review'),
      returned: count(({ state }) => state === 'returned'),
      held: count(({ state }) => state === 'held'),
    },
    tickets: tickets(db, date),
    drafts: db.get<{ n: number }>(OPEN_DRAFTS)?.n ?? 0,
    minutesEach: medianMinutes(people.map(({ recorded_at }) => recorded_at).reverse()),
    operators: operators(db, people),
    ...centerOf(db, date, all),
    others: peerStates(db)
      .slice(0, 20)
      .map(({ stationId, at, fact }) => ({
        ...{ stationId, label: fact.label, at: iso(at - offset) },
        recorded: fact.recorded?.date === date ? fact.recorded.count : null,
        ...{ waiting: fact.waiting, held: fact.held },
      })),
  };
}

function tickets(db: Reader, date: string): DayCount['tickets'] {
  const states = db.all<{ state: TicketState }>(TICKETS_OF_DAY, date).map(({ state }) => state);
  const count = (...of: TicketState[]) => states.filter((state) => of.includes(state)).length;
  return {
    given: states.length,
    served: count('done'),
    deferred: count('deferred'),
    absent: count('absent'),
    carried: count('carried'),
    open: count('waiting', 'called', 'serving'),
  };
}

/**
 * Those who recorded most first. A name that was changed in the middle of the day is its last one; two of one name are told
 * apart by what they log in with.
 */
function operators(db: Reader, people: readonly PacketOfDay[]): DayCount['operators'] {
  const byId = new Map<string, { name: string; recorded: number }>();
  for (const { operator_id, operator_name } of people)
    byId.set(operator_id, {
      name: operator_name.slice(0, 80),
      recorded: (byId.get(operator_id)?.recorded ?? 0) + 1,
    });
  const all = [...byId.values()].map(({ name }) => name);
  const told = (id: string, name: string): string => {
    if (all.indexOf(name) === all.lastIndexOf(name)) return name;
    const username = db.get<{ username: string }>('SELECT username FROM account WHERE id = ?', id)?.username;
    return `${name.slice(0, 40)} (${(username ?? id.slice(0, 8)).slice(0, 36)})`;
  };
  return [...byId]
    .map(([id, { name, recorded }]) => ({ name: told(id, name), recorded }))
    .sort((a, b) => b.recorded - a.recorded || a.name.localeCompare(b.name))
    .slice(0, 50);
}

/** What the center said of this day's numbers, and what stands among them. */
function centerOf(db: Reader, date: string, all: readonly PacketOfDay[]): Pick<DayCount, 'center' | 'found'> {
  const { lost, ...found } = foundAmong(db, rangeOf(db, date, all));
  const stored = readSetting(db, 'comparison');
  const comparison = stored === null ? null : parseJson(comparisonSchema, stored);
  if (comparison === null) return { center: { comparedAt: null, compared: 0, held: 0 }, found };
  const { at, from, to } = comparison;
  const absent = new Set(comparison.absent);
  const compared = all.filter(({ sequence }) => sequence >= from && sequence <= to);
  // A receipt that came since is the center's word too; of one that it lost there is none any more, or it is found.
  const held = compared.filter(({ sequence, received_at }) => !absent.has(sequence) || received_at !== null);
  return {
    center: { comparedAt: at, compared: compared.length, held: Math.max(0, held.length - lost) },
    found,
  };
}

type Range = { readonly from: number; readonly to: number } | null;

/** The day's numbers; those of the newest day are open upwards, as what nobody here knows lies above them. */
function rangeOf(db: Reader, date: string, all: readonly PacketOfDay[]): Range {
  const first = all[0]?.sequence;
  const last = all.at(-1)?.sequence;
  const isNewest = db.get('SELECT 1 FROM enrollment WHERE date > ? LIMIT 1', date) === undefined;
  const from = first ?? lastSequence(db) + 1;
  if (last === undefined && !isNewest) return null;
  return { from, to: isNewest ? Number.MAX_SAFE_INTEGER : (last ?? from) };
}

function foundAmong(db: Reader, range: Range): DayCount['found'] & { readonly lost: number } {
  const found = { missing: 0, unknown: 0, mismatched: 0, gap: 0, lost: 0 };
  if (range === null) return found;
  const rows = db.all<{
    kind: FindingKind;
    from_sequence: number;
    to_sequence: number;
    state: PacketState | null;
  }>(FOUND_AMONG, range.to);
  for (const row of rows) {
    const numbers = Math.min(row.to_sequence, range.to) - Math.max(row.from_sequence, range.from) + 1;
    if (numbers <= 0) continue;
    // What was sent again has arrived.
    if (row.kind === 'resent' && row.state !== null && isReceived(row.state)) continue;
    if (row.kind === 'lost') found.lost += numbers;
    found[row.kind === 'resent' || row.kind === 'lost' ? 'missing' : row.kind] += numbers;
  }
  return found;
}

function sheets(db: Reader, limit: number): SheetRow[] {
  const rows = db.all<{ date: string; number: number; sheet: string; last_sequence: number }>(
    'SELECT date, number, sheet, last_sequence FROM day_close ORDER BY date DESC, number DESC LIMIT ?',
    limit,
  );
  return rows.map(({ date, number, sheet, last_sequence }, index) => {
    const { closedAt, by, day, differences } = sheetOf(sheet);
    const isLast = rows[index - 1]?.date !== date;
    const late = isLast ? (db.get<{ n: number }>(LATE_OF_DAY, date, last_sequence)?.n ?? 0) : 0;
    return {
      ...{ date, number, closedAt, by: by.name, late },
      recorded: day.packets.recorded,
      differences: differences.length,
    };
  });
}

/** The payload, unverified: for what is shown in a list. */
export function sheetOf(jws: string): CountSheet {
  return parseJson(countSheetSchema, Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

function unclosed(db: Reader, before: string): string | null {
  const last = (sql: string) => db.get<{ date: string }>(sql, before)?.date ?? '';
  const recorded = last(LAST_DAY_RECORDED);
  const given = last(LAST_DAY_OF_TICKETS);
  const date = recorded > given ? recorded : given;
  if (date === '') return null;
  return db.get('SELECT 1 FROM day_close WHERE date = ?', date) === undefined ? date : null;
}
