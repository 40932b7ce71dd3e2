import { z } from 'zod';
import { monthSchema, outageReportSchema } from '../desk/outages.ts';

/** A month's outages for the supervisor, on screen, on paper and as a file. */
export const outagesRequest = z.strictObject({ month: monthSchema.nullable() });
export const outagesAnswerSchema = z.object({
  /** The desk's own month. */
  thisMonth: monthSchema,
  report: outageReportSchema,
});
export type OutagesAnswer = z.infer<typeof outagesAnswerSchema>;

export const outageSheetRequest = z.strictObject({ month: monthSchema });
export const outageSheetSchema = z.object({
  /** What main prints: the sheet that the window marks with it. */
  id: z.uuid(),
  report: outageReportSchema,
  /** Its label: the kecamatan has two. */
  station: z.string(),
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type OutageSheet = z.infer<typeof outageSheetSchema>;

export const printOutagesRequest = z.strictObject({ id: z.uuid(), printer: z.string().max(300).nullable() });
export const exportOutagesRequest = z.strictObject({ month: monthSchema, language: z.enum(['id', 'en']) });
