import { z } from 'zod';
import { HOLD_REASONS, PACKET_STATES } from '../enrollment/lifecycle.ts';
import { instantSchema, packetIdSchema } from '../ids.ts';
import { outcomeSchema } from '../sync/protocol.ts';

/** Which of them a list shows. */
export const OUTBOX_FILTERS = ['all', 'pending', 'review', 'held', 'received', 'rejected'] as const;
export type OutboxFilter = (typeof OUTBOX_FILTERS)[number];

export const outboxRowSchema = z.object({
  packetId: packetIdSchema,
  /** In its manifest. */
  sequence: z.int().positive(),
  /** Name of the station that recorded it, where this one took it over. */
  origin: z.string().nullable(),
  /** Both are empty where they were erased, or came back from a second copy without them. */
  nik: z.string(),
  nama: z.string(),
  /** Nothing needs them any more: receipt, final outcome, retention. */
  isErased: z.boolean(),
  recordedAt: instantSchema,
  state: z.enum(PACKET_STATES),
  holdReason: z.enum(HOLD_REASONS).nullable(),
  attempts: z.int(),
  nextAttemptAt: instantSchema.nullable(),
  /** Bytes the center confirmed so far, of `size`. */
  offset: z.int(),
  size: z.int(),
  /** Name of the last problem, for the telephone. */
  lastProblem: z.string().nullable(),
  receivedAt: instantSchema.nullable(),
  outcome: outcomeSchema.nullable(),
  /** It stands at the desk as a task. */
  task: z.boolean(),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;

export const PACKET_ACTS = [
  'recorded',
  'takenOver',
  'held',
  'released',
  'retried',
  'approved',
  'returned',
  'takenBack',
  'received',
  'resent',
  'lost',
  'mismatched',
] as const;
export type PacketAct = (typeof PACKET_ACTS)[number];

/** One packet as the supervisor sees it. */
export const packetDetailSchema = z.object({
  row: outboxRowSchema,
  mayRelease: z.boolean(),
  /** Sequence of the packet that amends or replaces it. */
  successor: z.int().positive().nullable(),
  /** Whether its sealed bytes are still on this disk. */
  hasBytes: z.boolean(),
  /** From the audit, the newest first. */
  history: z.array(
    z.object({
      at: instantSchema,
      /** Who did it; null for the station itself. */
      by: z.string().nullable(),
      act: z.enum(PACKET_ACTS),
      /** The supervisor's reason. */
      note: z.string().nullable(),
    }),
  ),
});
export type PacketDetail = z.infer<typeof packetDetailSchema>;
