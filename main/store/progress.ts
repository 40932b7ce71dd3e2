import { acceptedSchema, type Accepted, type DesaProgress } from '../../app/desk/progress.ts';
import { localDay } from '../../app/local-day.ts';
import { readSettingAs } from '../../app/desk/settings.ts';
import type { Progress, ProgressStore } from './api.ts';
import type { Database, Writer } from './database.ts';
import { IS_WANTED_NEW } from './packets.ts';
import { iso } from './rows.ts';
import { clockOffset, readSetting, writeSetting } from './settings.ts';

/** Between instants, `[from, until]` each: to ask of every row which date it has would take ten times as long. */
export const KNOWN_BETWEEN = `
  SELECT (
    SELECT count(*) FROM resident WHERE recorded_at >= day.value ->> 0 AND recorded_at < day.value ->> 1
  ) AS count FROM json_each(?) day ORDER BY day.key`;
export const LAST_KNOWN = 'SELECT max(recorded_at) AS at FROM resident WHERE recorded_at IS NOT NULL';

/**
 * What of this station the register does not say yet, or says too early. Received ones are marked with the next reference
 * delta, so older ones need not be asked for.
 */
export const OWN_OPEN = `
  SELECT r.desa, e.date, p.state,
    r.recorded_at IS NOT NULL AS known, r.recorded_packet IS p.packet_id AS marked,
    ${IS_WANTED_NEW} AS wanted, count(*) AS count
  FROM packet p JOIN enrollment e USING (packet_id) JOIN resident r ON r.nik = e.nik LEFT JOIN outcome o USING (packet_id)
  WHERE p.kind = 'enrollment'
    AND (p.state IN ('recorded', 'review', 'returned', 'sending', 'held', 'rejected') OR (p.state = 'received' AND p.recorded_at >= ?))
  GROUP BY 1, 2, 3, 4, 5, 6`;

interface OwnRow {
  desa: string;
  date: string;
  state: 'recorded' | 'review' | 'returned' | 'sending' | 'held' | 'rejected' | 'received';
  /** The register has the resident as recorded; by this very packet. */
  known: 0 | 1;
  marked: 0 | 1;
  /** The resident has to be recorded anew. */
  wanted: 0 | 1;
  count: number;
}

/** Still here, and still to go. */
const WAITING: ReadonlySet<OwnRow['state']> = new Set(['recorded', 'review', 'sending', 'held']);

/** Between a receipt and the delta that speaks of it. */
const MARKED_WITHIN_MS = 7 * 24 * 60 * 60_000;

/** What the center has just counted, in place of what it counted before; by its own time as far as it is known. */
export function keepAccepted(tx: Writer, desa: Accepted['desa'], now: number): void {
  const counted: Accepted = { at: iso(now + (clockOffset(tx) ?? 0)), desa };
  writeSetting(tx, 'accepted', JSON.stringify(counted));
}

export function createProgressStore(db: Database): ProgressStore {
  return {
    read: (since, now): Progress => {
      const own = db.all<OwnRow>(OWN_OPEN, now - MARKED_WITHIN_MS);
      const known = new Map(
        db
          .all<{ desa: string; recorded: number }>('SELECT desa, recorded FROM resident_count')
          .map(({ desa, recorded }) => [desa, recorded]),
      );
      const rows = db.all<{ kode: string; nama: string; must_have: number | null; deadline: string | null }>(
        'SELECT d.kode, d.nama, t.must_have, t.deadline FROM desa d LEFT JOIN target t ON t.desa = d.kode ORDER BY d.kode',
      );
      const accepted = readSettingAs<Accepted | null>(readSetting(db, 'accepted'), acceptedSchema, null);
      const desa = rows.map(({ kode, nama, must_have }): DesaProgress => {
        const here = own.filter((row) => row.desa === kode);
        const count = (which: (row: OwnRow) => boolean) =>
          here.filter(which).reduce((sum, row) => sum + row.count, 0);
        const all =
          (known.get(kode) ?? 0) +
          count(isUnsaid) -
          count(({ marked, wanted }) => marked === 1 && wanted === 1);
        const waiting = count(({ state }) => WAITING.has(state));
        const isRejected = ({ state }: OwnRow) => state === 'rejected' || state === 'returned';
        const there = accepted === null ? null : (accepted.desa.find((one) => one.desa === kode)?.count ?? 0);
        // Whoever has to be recorded anew does not count as recorded.
        const kept = count((row) => isRejected(row) && row.wanted === 0);
        return {
          ...{ kode, nama, mustHave: must_have ?? 0, recorded: all, waiting },
          ...{ accepted: there, rejected: count(isRejected) },
          examining: there === null ? null : Math.max(0, all - waiting - there - kept),
        };
      });
      return {
        desa,
        days: days(db, own, since, now),
        deadline: latest(rows.map(({ deadline }) => deadline)),
        acceptedAt: accepted?.at ?? null,
      };
    },
  };
}

/** Recorded here, and the register does not know it. */
const isUnsaid = ({ known, wanted }: OwnRow): boolean => known === 0 && wanted === 0;

function days(db: Database, own: readonly OwnRow[], since: number, now: number): Progress['days'] {
  const counts = new Map<string, number>();
  const add = (date: string, count: number) => counts.set(date, (counts.get(date) ?? 0) + count);
  // The center's clock may be ahead of ours.
  const last = db.get<{ at: string | null }>(LAST_KNOWN)?.at ?? null;
  const spans = localDays(since, last === null ? now : Math.max(now, Date.parse(last)));
  const known = db.all<{ count: number }>(KNOWN_BETWEEN, JSON.stringify(spans.map(({ span }) => span)));
  for (const [at, { date }] of spans.entries()) {
    const count = known[at]?.count ?? 0;
    if (count > 0) add(date, count);
  }
  for (const row of own.filter(isUnsaid)) add(row.date, row.count);
  return [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([date, recorded]) => ({ date, recorded }));
}

/** From `since` to the end of the day of `last`, by the computer's own zone as the desk's days are; a year and a bit at most. */
function localDays(since: number, last: number): { date: string; span: [from: string, until: string] }[] {
  const found: ReturnType<typeof localDays> = [];
  for (let from = since; from <= last && found.length < 400; ) {
    const until = new Date(from).setHours(24, 0, 0, 0);
    found.push({ date: localDay(from), span: [iso(from), iso(until)] });
    from = until;
  }
  return found;
}

function latest(dates: readonly (string | null)[]): string | null {
  return dates.reduce((last, date) => (date !== null && (last === null || date > last) ? date : last), null);
}
