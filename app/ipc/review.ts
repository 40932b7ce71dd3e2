import { z } from 'zod';
import { risksSchema } from '../desk/review.ts';
import { biodataSchema } from '../enrollment/biodata.ts';
import { instantSchema, packetIdSchema } from '../ids.ts';

/** So many stand in the list at once; more than a station records in three days. */
export const REVIEWS_SHOWN = 1000;

export const reviewRequest = z.strictObject({ which: z.enum(['waiting', 'returned']) });

export const reviewRowSchema = z.object({
  packetId: packetIdSchema,
  /** In its manifest. */
  sequence: z.int().positive(),
  kind: z.enum(['enrollment', 'amendment']),
  nama: z.string(),
  recordedAt: instantSchema,
  /** Who recorded it. */
  operator: z.string(),
  /** The caller did: somebody else must approve it. */
  isOwn: z.boolean(),
  risks: risksSchema,
  /** Where it was returned. */
  returned: z.object({ at: instantSchema, by: z.string(), reason: z.string() }).nullable(),
});
export type ReviewRow = z.infer<typeof reviewRowSchema>;

export const reviewListSchema = z.object({
  /** All of them, whether shown or not. */
  total: z.int().min(0),
  rows: z.array(reviewRowSchema).max(REVIEWS_SHOWN),
});
export type ReviewList = z.infer<typeof reviewListSchema>;

/** What a supervisor sees of the person: enough to know them by, and nothing that a body gave but the face. */
export const reviewedSchema = z.object({
  biodata: biodataSchema,
  /** JPEG; null where there is none. */
  photo: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
});
export type Reviewed = z.infer<typeof reviewedSchema>;
