import { z } from 'zod';
import { instantSchema, sha256Schema, stationIdSchema, accountIdSchema } from '../ids.ts';
import { REASON_MIN } from '../reason.ts';

/**
 * The count sheet (lembar hitung) of one day at one station, and what of it does not agree. The day is that of the desk,
 * by which each enrollment was dated when it was recorded: a clock that is set later moves nobody to another day.
 */
const count = z.int().min(0);

/** Residents recorded that day, and where their packets are now. */
export const dayPacketsSchema = z.object({
  recorded: count,
  /** Amendments of earlier recordings: packets that are nobody's first. */
  amendments: count,
  /** All of their bytes left this station, with or without an answer. */
  sent: count,
  /** By a receipt that was verified here. */
  received: count,
  /** Verdicts of the center, as far as they came back. */
  accepted: count,
  rejected: count,
  duplicate: count,
  /** Received, and replaced by a later packet; received, and no verdict came back yet. Older sheets know neither. */
  superseded: count.default(0),
  examining: count.default(0),
  waiting: count,
  /** Waits for the supervisor's look, or was returned by it: both are the office's own doing. Older sheets know neither. */
  review: count.default(0),
  returned: count.default(0),
  held: count,
});

/** Tickets that were given that day, by what became of them. Whoever was given one by mistake is in none. */
export const dayTicketsSchema = z.object({
  given: count,
  served: count,
  deferred: count,
  absent: count,
  carried: count,
  /** Waiting, called, or at the desk still. */
  open: count,
});

/** What the center said of this day's packets when it was last asked. */
export const dayCenterSchema = z.object({
  /** By the station's clock; null when it was never asked since this day's first packet. */
  comparedAt: instantSchema.nullable(),
  /** How many of this day's packets were compared then, and how many of them the center holds. */
  compared: count,
  held: count,
});

/**
 * missing: the center has not what it gave a receipt for · unknown: it holds what this station does not know ·
 * mismatched: it holds another packet under the id · gap: numbers that nobody accounts for · uncompared: recorded, and
 * the center was not asked since · waiting, held: still here · tickets: neither served nor given another day · drafts: not finished
 */
export const DIFFERENCES = [
  'missing',
  'mismatched',
  'gap',
  'unknown',
  'held',
  'waiting',
  'uncompared',
  'tickets',
  'drafts',
] as const;
export type DifferenceKind = (typeof DIFFERENCES)[number];
export const differenceSchema = z.object({ kind: z.enum(DIFFERENCES), count: z.int().positive() });
export type Difference = z.infer<typeof differenceSchema>;

export const dayCountSchema = z.object({
  date: z.iso.date(),
  packets: dayPacketsSchema,
  tickets: dayTicketsSchema,
  /** Begun and not recorded, whenever that was. */
  drafts: count,
  /** Median from one record to the next, in minutes; null where too few say something. */
  minutesEach: z.number().min(0).nullable(),
  operators: z.array(z.object({ name: z.string().max(80), recorded: count })).max(50),
  center: dayCenterSchema,
  /** What reconcile found among this day's numbers, and still stands. */
  found: z.object({ missing: count, unknown: count, mismatched: count, gap: count }),
  /** The office's other stations as last heard. */
  others: z
    .array(
      z.object({
        stationId: stationIdSchema,
        label: z.string().max(80).nullable(),
        at: instantSchema,
        /** On this day; null where it last spoke of another. */
        recorded: count.nullable(),
        waiting: count,
        held: count,
      }),
    )
    .max(20),
});
export type DayCount = z.infer<typeof dayCountSchema>;

/** What must be explained before the day is closed, the gravest first. */
export function differencesOf({ packets, tickets, drafts, center, found }: DayCount): Difference[] {
  const all = packets.recorded + packets.amendments;
  const counts: Readonly<Record<DifferenceKind, number>> = {
    ...found,
    held: packets.held,
    waiting: packets.waiting,
    uncompared: Math.max(0, all - center.compared),
    tickets: tickets.open,
    drafts,
  };
  return DIFFERENCES.flatMap((kind) => (counts[kind] > 0 ? [{ kind, count: counts[kind] }] : []));
}

export const DAY_REASON_MAX = 400;
export const dayReasonSchema = z.string().trim().min(REASON_MIN).max(DAY_REASON_MAX);

/** Payload of a closed day's JWS, by the station's key as `rekam-day-close+jws`. What is read may have more in it. */
export const countSheetSchema = z.object({
  v: z.literal(1),
  stationId: stationIdSchema,
  label: z.string().max(80),
  /** Of this day; a later one does not replace it. */
  number: z.int().positive(),
  closedAt: instantSchema,
  clockOffsetMs: z.int().nullable(),
  by: z.object({ accountId: accountIdSchema, name: z.string().max(80) }),
  day: dayCountSchema,
  differences: z.array(differenceSchema).max(20),
  /** Given where something differed. */
  reason: dayReasonSchema.nullable(),
  /** Of the sheet before, of any day: SHA-256 of its JWS; null for the station's first. */
  previous: sha256Schema.nullable(),
});
export type CountSheet = z.infer<typeof countSheetSchema>;
