import { z } from 'zod';
import { instantSchema } from '../ids.ts';
import { localDay } from '../local-day.ts';
import { LINK_CAUSES } from '../sync/link.ts';

/**
 * The outages of a month, of the link and of the power, and whom they would have sent home.
 *
 * Method. An outage counts in a month as far as it lies in it, by the desk's time; one that still lasts goes to now.
 * Sent home otherwise: who was recorded while there was no link, or on the battery, since a desk that needs both could
 * not have served them; and who had a number and was not served yet when the PC went off. A resident counts once a day,
 * at the first outage that would have sent them away, so the rows add up to the month's figure. Of residents it takes
 * the day and the number alone. Where two outages of a kind overlap their time counts once, as it does over both kinds.
 * An outage that seems to end before it began had its clock set meanwhile: how long it was is not known, and no figure
 * of time has it in it.
 */

/** stop: the PC went off without ending by itself · battery: the mains were gone, the PC ran on · else the link's. */
export const POWER_CAUSES = ['stop', 'battery'] as const;
export const OUTAGE_CAUSES = [...LINK_CAUSES, ...POWER_CAUSES] as const;
export type OutageCause = (typeof OUTAGE_CAUSES)[number];
export const LANES = ['link', 'power'] as const;
export type Lane = (typeof LANES)[number];

export function laneOf(cause: OutageCause): Lane {
  return POWER_CAUSES.some((power) => power === cause) ? 'power' : 'link';
}

/** A resident's turn, without the resident. */
export interface Turn {
  /** ISO date at the desk. */
  readonly date: string;
  /** The number of that day; `#` and the packet's where there is none. */
  readonly who: string;
}

/** Milliseconds by the desk's time. */
export interface Outage {
  readonly cause: OutageCause;
  readonly startedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  readonly recorded: readonly Turn[];
  /** With a number, and not served, when it began. */
  readonly waiting: readonly Turn[];
}

/** `2011-11` */
export const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);

const count = z.int().min(0);
export const reportedOutageSchema = z.object({
  cause: z.enum(OUTAGE_CAUSES),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  /** The part of it that lies in the month. */
  from: instantSchema,
  until: instantSchema,
  /** Of that part, in milliseconds; null where the clock was set meanwhile. */
  lastedMs: count.nullable(),
  recorded: count,
  sentHome: count,
});
export type ReportedOutage = z.infer<typeof reportedOutageSchema>;

const laneSumSchema = z.object({ count, lastedMs: count, unknown: count });
export const outageReportSchema = z.object({
  month: monthSchema,
  /** The month goes on. */
  isOpen: z.boolean(),
  /** By the desk's time. */
  madeAt: instantSchema,
  rows: z.array(reportedOutageSchema),
  link: laneSumSchema,
  power: laneSumSchema,
  /** Without one or the other, or both. */
  lastedMs: count,
  recorded: count,
  sentHome: count,
});
export type OutageReport = z.infer<typeof outageReportSchema>;

/** Midnights at the desk, the second one of the next month. @param month `2011-11` */
export function edgesOf(month: string): { readonly from: number; readonly until: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { from: new Date(year, number - 1, 1).getTime(), until: new Date(year, number, 1).getTime() };
}

/** @param month `2011-11` @returns the month so many later, before where negative */
export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return localDay(new Date(year, number - 1 + months, 1).getTime()).slice(0, 7);
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * @param outages those that touch the month, in any order
 * @param now by the desk's time
 */
export function reportOf(outages: readonly Outage[], month: string, now: number): OutageReport {
  const edges = edgesOf(month);
  const rows: ReportedOutage[] = [];
  const spans: Record<Lane, Span[]> = { link: [], power: [] };
  const recorded = new Set<string>();
  const sentHome = new Set<string>();
  for (const outage of [...outages].sort((a, b) => a.startedAt - b.startedAt)) {
    const span = within(outage, edges, now);
    if (span === null) continue;
    const inMonth = ({ date }: Turn) => date.startsWith(month);
    const own = new Set(outage.recorded.filter(inMonth).map(nameOf));
    for (const one of own) recorded.add(one);
    const before = sentHome.size;
    for (const one of [...own, ...outage.waiting.filter(inMonth).map(nameOf)]) sentHome.add(one);
    if (span.isKnown) spans[laneOf(outage.cause)].push(span);
    rows.push({
      cause: outage.cause,
      startedAt: iso(outage.startedAt),
      endedAt: outage.endedAt === null ? null : iso(outage.endedAt),
      from: iso(span.from),
      until: iso(span.until),
      lastedMs: span.isKnown ? span.until - span.from : null,
      recorded: own.size,
      sentHome: sentHome.size - before,
    });
  }
  const sum = (lane: Lane) => {
    const own = rows.filter(({ cause }) => laneOf(cause) === lane);
    return {
      count: own.length,
      lastedMs: together(spans[lane]),
      unknown: own.filter(({ lastedMs }) => lastedMs === null).length,
    };
  };
  return {
    ...{ month, isOpen: now < edges.until, madeAt: iso(now), rows },
    ...{ link: sum('link'), power: sum('power'), lastedMs: together([...spans.link, ...spans.power]) },
    ...{ recorded: recorded.size, sentHome: sentHome.size },
  };
}

/** The part in the month; null where there is none. */
function within(outage: Outage, edges: Span, now: number): (Span & { readonly isKnown: boolean }) | null {
  const { startedAt } = outage;
  const end = outage.endedAt ?? now;
  if (end < startedAt)
    return startedAt >= edges.from && startedAt < edges.until
      ? { from: startedAt, until: startedAt, isKnown: false }
      : null;
  const from = Math.max(startedAt, edges.from);
  const until = Math.min(end, edges.until);
  return until > from || (until === from && startedAt === from && from < edges.until)
    ? { from, until, isKnown: true }
    : null;
}

/** Milliseconds that the spans cover, each moment once. */
function together(spans: readonly Span[]): number {
  let covered = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { from, until } of [...spans].sort((a, b) => a.from - b.from)) {
    covered += Math.max(0, until - Math.max(from, last));
    last = Math.max(last, until);
  }
  return covered;
}

const nameOf = ({ date, who }: Turn): string => `${date} ${who}`;
const iso = (at: number): string => new Date(at).toISOString();

/** An outage on one day. */
export interface DayPart {
  /** Of the day, 0 to 1: where it begins and how much it takes. */
  readonly at: number;
  readonly share: number;
  readonly from: string;
  readonly until: string;
  /** Goes to the end of the day: 24.00 and not 0.00. */
  readonly toMidnight: boolean;
}

export interface OutageDay {
  /** ISO. */
  readonly date: string;
  readonly parts: Readonly<Record<Lane, readonly DayPart[]>>;
}

/** Days of the month with an outage, in order. */
export function daysOf({ month, rows }: Pick<OutageReport, 'month' | 'rows'>): OutageDay[] {
  const { until: end } = edgesOf(month);
  const days: OutageDay[] = [];
  for (let start = edgesOf(month).from; start < end; ) {
    const date = new Date(start);
    const next = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
    const parts: Record<Lane, DayPart[]> = { link: [], power: [] };
    for (const row of rows) {
      const from = Math.max(Date.parse(row.from), start);
      const until = Math.min(Date.parse(row.until), next);
      const isMark = row.from === row.until && from < next && from >= start;
      if (until <= from && !isMark) continue;
      const length = next - start;
      parts[laneOf(row.cause)].push({
        ...{ at: (from - start) / length, share: (until - from) / length },
        ...{ from: iso(from), until: iso(until), toMidnight: until === next },
      });
    }
    if (parts.link.length + parts.power.length > 0) days.push({ date: localDay(start), parts });
    start = next;
  }
  return days;
}
