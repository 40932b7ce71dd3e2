import { z } from 'zod';
import { countSheetSchema, dayCountSchema, dayReasonSchema, differenceSchema } from '../desk/day-close.ts';
import { instantSchema, sha256Schema } from '../ids.ts';
import { LINK_CAUSES } from '../sync/link.ts';

const sheetNameSchema = z.strictObject({ date: z.iso.date(), number: z.int().positive() });

/** A closed day's sheet, as it stands in the list. */
export const sheetRowSchema = z.object({
  date: z.iso.date(),
  number: z.int().positive(),
  closedAt: instantSchema,
  by: z.string(),
  recorded: z.int(),
  differences: z.int(),
  /** Recorded on this day after its last sheet was made. */
  late: z.int(),
});
export type SheetRow = z.infer<typeof sheetRowSchema>;

export const dayAnswerSchema = z.object({
  /** ISO date at the desk. */
  today: z.iso.date(),
  day: dayCountSchema,
  differences: z.array(differenceSchema),
  /** Newest first. */
  sheets: z.array(sheetRowSchema),
  /** The last day before today on which somebody worked here and that nobody closed. */
  unclosed: z.iso.date().nullable(),
});
export type DayAnswer = z.infer<typeof dayAnswerSchema>;

export const dayRequest = z.strictObject({ date: z.iso.date().nullable() });
export const closeRequest = z.strictObject({ date: z.iso.date(), reason: dayReasonSchema.nullable() });
export const sheetRequest = sheetNameSchema;
export const printSheetRequest = sheetNameSchema.extend({ printer: z.string().max(300).nullable() });

export const comparedSchema = z.object({
  /** offline: the center did not answer, and nothing of what stands there is new. */
  ended: z.enum(['done', 'offline']),
  cause: z.enum(LINK_CAUSES).nullable(),
});

export const daySheetSchema = z.object({
  sheet: countSheetSchema,
  /** SHA-256 of its JWS, as it is printed and as the center was told. */
  sha256: sha256Schema,
  /** The JWS' signature, base64url. */
  signature: z.string(),
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type DaySheet = z.infer<typeof daySheetSchema>;
