import { z } from 'zod';

const MINUTES_A_DAY = 24 * 60;
const minuteSchema = z
  .int()
  .min(0)
  .max(MINUTES_A_DAY - 1);

/**
 * What a supervisor may set for a line that the office shares: a ceiling for the bytes of packets, and hours of the day
 * for packets. Receipts, outcomes, journal and reference data flow in any case: they are small, or the desk needs them.
 */
export const syncLimitsSchema = z.strictObject({
  /** Bytes a second, all uploads together; null without a ceiling. At less than 4 KB one packet would take minutes. */
  ceiling: z.int().min(4_000).max(100_000_000).nullable(),
  /** Minutes of the day at the desk, `from` included, `to` not; over midnight where `to` is the smaller. Null: always. */
  hours: z
    .strictObject({ from: minuteSchema, to: minuteSchema })
    .refine(({ from, to }) => from !== to)
    .nullable(),
});
export type SyncLimits = z.infer<typeof syncLimitsSchema>;

export const NO_LIMITS: SyncLimits = { ceiling: null, hours: null };

/** Minutes until packets may go; 0 where they may now. @param minute of the day at the desk */
export function minutesUntilOpen({ hours }: SyncLimits, minute: number): number {
  if (hours === null) return 0;
  const { from, to } = hours;
  const isOpen = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  return isOpen ? 0 : (from - minute + MINUTES_A_DAY) % MINUTES_A_DAY;
}
