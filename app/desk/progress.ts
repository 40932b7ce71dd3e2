import { z } from 'zod';
import { instantSchema, kodeDesaSchema } from '../ids.ts';

/**
 * When a kecamatan will have recorded everybody, by the days it has behind it.
 *
 * Method. Of the last 20 open days (holidays left out, bad days kept in: days with an outage or a power cut come again)
 * the mean μ and the standard deviation s of the residents recorded a day are taken. After n more open days the office
 * will have recorded nμ, give or take 1.2816 · s · √(n + n²/m): the first part is how days differ, the second how well m
 * days tell the mean (a prediction interval for a sum, here for 8 of 10 cases). The earliest, likely and latest day are the
 * first at which n·μ plus the margin, without it, and minus it reaches what is left. Days are counted from tomorrow, since
 * today is not over. Days are never less uneven than chance makes them: s ≥ √μ.
 */

export const DAYS_BEHIND = 20;
/** Fewer tell nothing. */
export const DAYS_NEEDED = 5;
/** 8 of 10 cases lie within: the normal distribution's 90th percentile. */
const MARGIN = 1.2816;
/** Some twenty years: a forecast further away is none. */
const MOST_DAYS = 5_000;

/** 0 Sunday to 6 Saturday, as `Date` counts. */
export const weekdaySchema = z.int().min(0).max(6);

/** On which days the office records. */
export const calendarSchema = z.strictObject({
  weekdays: z
    .array(weekdaySchema)
    .min(1)
    .max(7)
    .refine((days) => new Set(days).size === days.length),
  /** ISO dates on which it is closed besides. */
  holidays: z.array(z.iso.date()).max(400),
});
export type Calendar = z.infer<typeof calendarSchema>;
export const OFFICE_WEEK: Calendar = { weekdays: [1, 2, 3, 4, 5], holidays: [] };

/** @param date ISO @returns the ISO date so many days later, before where negative */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** @param date ISO */
export function isOpen(date: string, { weekdays, holidays }: Calendar): boolean {
  return weekdays.includes(new Date(`${date}T00:00:00Z`).getUTCDay()) && !holidays.includes(date);
}

export interface DayCount {
  /** ISO. */
  readonly date: string;
  readonly recorded: number;
}

/** Residents a day. */
export interface Pace {
  /** Open days that it is taken from. */
  readonly days: number;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * @param counts days with recordings, in any order; a day that is missing is one without
 * @param today not counted: it is not over
 * @returns null where there are too few open days since the first recording
 */
export function paceOf(counts: readonly DayCount[], today: string, calendar: Calendar): Pace | null {
  const byDate = new Map(counts.map(({ date, recorded }) => [date, recorded]));
  const first = counts.reduce((least, { date }) => (date < least ? date : least), today);
  const taken: number[] = [];
  for (
    let date = dateAfter(today, -1);
    date >= first && taken.length < DAYS_BEHIND;
    date = dateAfter(date, -1)
  )
    if (isOpen(date, calendar)) taken.push(byDate.get(date) ?? 0);
  if (taken.length < DAYS_NEEDED) return null;
  const mean = taken.reduce((sum, value) => sum + value, 0) / taken.length;
  const variance = taken.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (taken.length - 1);
  return { days: taken.length, mean, deviation: Math.sqrt(Math.max(variance, mean)) };
}

/** What the office could change: `1` is as it is. */
export interface Change {
  /** Hours a day and recording sets, each in proportion to today's. */
  readonly hours: number;
  readonly sets: number;
}

/** More hours and sets bring more residents in proportion; so do they make the days more uneven. */
export function changedPace({ days, mean, deviation }: Pace, { hours, sets }: Change): Pace {
  const factor = hours * sets;
  return { days, mean: mean * factor, deviation: deviation * factor };
}

/** ISO dates; null where no day within reach is the one. */
export interface Forecast {
  readonly earliest: string | null;
  readonly likely: string | null;
  readonly latest: string | null;
}

/** @param left residents not recorded yet, at least one */
export function forecast(left: number, pace: Pace, today: string, calendar: Calendar): Forecast {
  const daysUntil = (margin: number): number | null => {
    for (let n = 1; n <= MOST_DAYS; n += 1) {
      const reached = n * pace.mean + margin * pace.deviation * Math.sqrt(n + (n * n) / pace.days);
      if (reached >= left) return n;
    }
    return null;
  };
  const [earliest, likely, latest] = [daysUntil(MARGIN), daysUntil(0), daysUntil(-MARGIN)].map((days) =>
    days === null ? null : openDay(days, today, calendar),
  );
  return { earliest: earliest ?? null, likely: likely ?? null, latest: latest ?? null };
}

/** The nth open day after today; null where the calendar has none so far away. */
function openDay(n: number, today: string, calendar: Calendar): string | null {
  let date = today;
  for (let open = 0, passed = 0; passed <= MOST_DAYS * 8; passed += 1) {
    date = dateAfter(date, 1);
    if (isOpen(date, calendar)) open += 1;
    if (open === n) return date;
  }
  return null;
}

/** One desa. `recorded` counts residents anywhere in the kecamatan; what comes after it, of them. */
export const desaProgressSchema = z.object({
  kode: kodeDesaSchema,
  nama: z.string(),
  mustHave: z.int(),
  recorded: z.int(),
  /** Recorded at this station and not with the center yet. */
  waiting: z.int(),
  /** Anywhere in the kecamatan, as the center counted last; null before it ever did. */
  accepted: z.int().nullable(),
  /** Recorded and sent, and no verdict yet when the center counted last, or with another desk still; null before it ever did. */
  examining: z.int().nullable(),
  /** Of this station: the center turned them away, and nothing has taken their place. */
  rejected: z.int(),
});
export type DesaProgress = z.infer<typeof desaProgressSchema>;

/** Whom the center has accepted, by desa, as it stood when it was asked; a desa without any is missing. */
export const acceptedSchema = z.object({
  at: instantSchema,
  desa: z.array(z.object({ desa: kodeDesaSchema, count: z.int().min(0) })),
});
export type Accepted = z.infer<typeof acceptedSchema>;

/** Residents of a desa still to be recorded; more may be than must be. */
export function leftOf({ mustHave, recorded }: Pick<DesaProgress, 'mustHave' | 'recorded'>): number {
  return Math.max(0, mustHave - recorded);
}
