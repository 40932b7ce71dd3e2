import { z } from 'zod';
import { calendarSchema, desaProgressSchema } from '../desk/progress.ts';
import { instantSchema } from '../ids.ts';

/** How far the kecamatan is, for the supervisor; the forecast is made of it where it is shown. */
export const progressSchema = z.object({
  /** ISO date at the desk. */
  today: z.iso.date(),
  desa: z.array(desaProgressSchema),
  /** Days with recordings of the last months, in order. */
  days: z.array(z.object({ date: z.iso.date(), recorded: z.int() })),
  deadline: z.iso.date().nullable(),
  /** When the center counted `accepted`, by the station's clock, on a sheet by the desk's time; null before. */
  acceptedAt: instantSchema.nullable(),
  calendar: calendarSchema,
});
export type ProgressAnswer = z.infer<typeof progressSchema>;

/** The report for the camat, as it stands in the window to be printed. */
export const progressSheetSchema = z.object({
  /** What main prints: the sheet that the window marks with it. */
  id: z.uuid(),
  madeAt: instantSchema,
  progress: progressSchema,
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type ProgressSheet = z.infer<typeof progressSheetSchema>;

export const printProgressRequest = z.strictObject({ id: z.uuid(), printer: z.string().max(300).nullable() });
export const exportProgressRequest = z.strictObject({ language: z.enum(['id', 'en']) });
