import { z } from 'zod';
import { PACKET_STATES } from '../enrollment/lifecycle.ts';
import { instantSchema, packetIdSchema } from '../ids.ts';

/**
 * What reconcile found. resent: the center had lost it, it is sent again · lost: the center does not have it, and its
 * bytes are gone here · mismatched: the center has another packet under its id · unknown: the center has one that this
 * station does not · gap: numbers that nobody accounts for
 */
export const FINDING_KINDS = ['resent', 'lost', 'mismatched', 'unknown', 'gap'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const findingSchema = z.object({
  kind: z.enum(FINDING_KINDS),
  from: z.int(),
  to: z.int(),
  packetId: packetIdSchema.nullable(),
  /** Of the packet as it stands here; null where there is none. */
  packet: z.object({ nama: z.string(), state: z.enum(PACKET_STATES) }).nullable(),
  foundAt: instantSchema,
  /** A later reconcile no longer found it. */
  settledAt: instantSchema.nullable(),
});
export type Finding = z.infer<typeof findingSchema>;
