import { z } from 'zod';
import { capacitySchema, rowProblemSchema, summonedGroupSchema } from '../desk/schedule.ts';
import { sessionOfDaySchema } from '../desk/ticket.ts';
import { kodeDesaSchema } from '../ids.ts';

/** The supervisor's schedule: who is called when, their lists on paper and as files, and the dinas' list coming in. */
export const scheduleRowSchema = summonedGroupSchema.extend({ called: z.int().positive() });
export type ScheduleRow = z.infer<typeof scheduleRowSchema>;

export const scheduleSchema = z.object({
  /** ISO date at the desk. */
  today: z.iso.date(),
  groups: z.array(scheduleRowSchema),
  capacity: capacitySchema,
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const summonsPersonSchema = z.object({ nik: z.string(), nama: z.string(), recorded: z.boolean() });
export type SummonsPerson = z.infer<typeof summonsPersonSchema>;

/** What is listed for a desa: those called for one session, or all who were carried over from a day. */
export const listOrderSchema = z.discriminatedUnion('kind', [
  summonedGroupSchema.extend({ kind: z.literal('group') }),
  z.strictObject({ kind: z.literal('carried'), date: z.iso.date() }),
]);
export type ListOrder = z.infer<typeof listOrderSchema>;

export const listedSchema = z.object({
  nik: z.string(),
  nama: z.string(),
  desa: kodeDesaSchema,
  date: z.iso.date(),
  session: sessionOfDaySchema,
});
export type Listed = z.infer<typeof listedSchema>;

/** So many fit on one printed list: far more than a session ever serves. */
export const LIST_MAX = 2000;

export const listSheetSchema = z.object({
  /** What main prints: the sheet that the window marks with it. */
  id: z.uuid(),
  order: listOrderSchema,
  people: z.array(listedSchema).max(LIST_MAX),
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type ListSheet = z.infer<typeof listSheetSchema>;

export const listPreviewSchema = z.object({
  /** Its name alone. */
  file: z.string(),
  rows: z.int(),
  added: z.int(),
  moved: z.int(),
  same: z.int(),
  wrong: z.int(),
  /** Of those that count, whose name differs from the register's. */
  named: z.int(),
});
export type ListPreview = z.infer<typeof listPreviewSchema>;

export const listProblemSchema = z.object({
  line: z.int(),
  nik: z.string(),
  problem: rowProblemSchema,
  detail: z.string(),
});
export type ListProblem = z.infer<typeof listProblemSchema>;

/** While a list is read. */
export const listProgressSchema = z.object({
  rows: z.int(),
  bytes: z.object({ done: z.int(), total: z.int() }),
});
export type ListProgress = z.infer<typeof listProgressSchema>;
