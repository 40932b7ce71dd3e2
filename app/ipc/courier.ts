import { z } from 'zod';
import { instantSchema, packetIdSchema } from '../ids.ts';
import { COURIER_PROBLEMS } from '../sync/courier.ts';

const share = z.object({ done: z.int(), total: z.int() });

export const courierProgressSchema = z.object({
  phase: z.enum(['copy', 'verify', 'receipts']),
  packets: share,
  bytes: share,
});
export type CourierProgress = z.infer<typeof courierProgressSchema>;

/** What became of a copy to a disk. */
export const packSummarySchema = z.object({
  ended: z.enum(['done', 'cancelled']),
  /** Where the pack lies. */
  folder: z.string(),
  /** In the pack, each read back from the disk; 0 unless done. */
  packets: z.int(),
  bytes: z.int(),
  /** Copied this time. */
  copied: z.int(),
  /** There already, whole. */
  kept: z.int(),
  /** Left out: their bytes cannot be read at this station. */
  unreadable: z.int(),
});
export type PackSummary = z.infer<typeof packSummarySchema>;

/** What a file of receipts brought. */
export const receiptsSummarySchema = z.object({
  /** Settled by it. */
  received: z.int(),
  /** Settled before, by link or by the same file. */
  known: z.int(),
  /** Of another station, or of packets that are not here. */
  foreign: z.int(),
  /** Not the center's word about our packet, or older than what the center said since. */
  invalid: z.int(),
  /** Lines that nobody can read. */
  garbage: z.int(),
  refused: z.array(
    z.object({ packetId: packetIdSchema, sequence: z.int().positive(), problem: z.enum(COURIER_PROBLEMS) }),
  ),
  packRefused: z.enum(COURIER_PROBLEMS).nullable(),
  /** Still waiting here. */
  waiting: z.int(),
});
export type ReceiptsSummary = z.infer<typeof receiptsSummarySchema>;

export const courierStateSchema = z.object({
  /** The last copy to a disk that was finished, whatever came after it. */
  packed: z.object({ at: instantSchema, folder: z.string(), packets: z.int() }).nullable(),
  progress: courierProgressSchema.nullable(),
  /** What ended last since the station was started. */
  last: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('pack'), summary: packSummarySchema }),
      z.object({ kind: z.literal('receipts'), summary: receiptsSummarySchema }),
    ])
    .nullable(),
});
export type CourierState = z.infer<typeof courierStateSchema>;
