import { z } from 'zod';
import { instantSchema } from '../ids.ts';

/** A mirror that was chosen, before anything of it is opened. */
export const foundMirrorSchema = z.object({
  folder: z.string(),
  /** Name of the dead station. */
  label: z.string(),
  /** Of the paper whose code opens it. */
  printedAt: instantSchema,
  /** Packets that have an entry, and files of bytes without one: a copy that was cut. */
  packets: z.int(),
  halves: z.int(),
});
export type FoundMirror = z.infer<typeof foundMirrorSchema>;

/** What a run over a mirror brought. */
export const takeoverReportSchema = z.object({
  /** Entries on it. */
  found: z.int(),
  /** In the outbox here now, and those that were here before. */
  taken: z.int(),
  known: z.int(),
  /** Of them without name and NIK: nobody could read the desk's row. */
  rowless: z.int(),
  /** Bytes missing or not those that were signed. */
  damaged: z.int(),
  /** Not signed by that station. */
  foreign: z.int(),
  /** Bytes without an entry. */
  halves: z.int(),
});
export type TakeoverReport = z.infer<typeof takeoverReportSchema>;

export const takeoverSchema = z.object({
  label: z.string(),
  begunAt: instantSchema,
  /** Null: it was cut in the middle, and goes on when it is begun again. */
  endedAt: instantSchema.nullable(),
  report: takeoverReportSchema.nullable(),
  /** Its packets here that the center has not confirmed yet, and those that it has. */
  waiting: z.int(),
  received: z.int(),
  /** When the center was told, and the dead station's key with it worth nothing. */
  toldAt: instantSchema.nullable(),
  /** The center does not accept that this station takes it over. */
  refused: z.boolean(),
  /** Numbers of that station that neither the center nor this one has, by the last reconcile. */
  gaps: z.array(z.object({ from: z.int().positive(), to: z.int().positive() })),
});
export type TakeoverRow = z.infer<typeof takeoverSchema>;

export const takeoverStateSchema = z.object({
  progress: z.object({ done: z.int(), total: z.int() }).nullable(),
  takeovers: z.array(takeoverSchema),
  /** `pending`: packets are here, the center has not been reached yet · `refused`: the voucher no longer counts. */
  activation: z.enum(['none', 'pending', 'refused', 'done']),
});
export type TakeoverState = z.infer<typeof takeoverStateSchema>;

/** A recovery sheet as it goes on paper, once. */
export const sheetSchema = z.object({
  id: z.uuid(),
  code: z.string(),
  label: z.string(),
  madeAt: instantSchema,
  printers: z.array(z.object({ name: z.string(), label: z.string(), isDefault: z.boolean() })),
});
export type Sheet = z.infer<typeof sheetSchema>;

export const kitStatusSchema = z.object({
  /** Of the paper that counts; null when there is none. */
  printedAt: instantSchema.nullable(),
  by: z.string().nullable(),
});
export type KitStatus = z.infer<typeof kitStatusSchema>;
