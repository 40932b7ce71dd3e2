import { z } from 'zod';
import { biodataSchema, type BiodataField } from '../enrollment/biodata.ts';
import { exceptionSchema, stepSchema } from '../enrollment/biometrics.ts';
import {
  acceptedWarningSchema,
  approvalSchema,
  correctionSchema,
  fieldValueSchema,
  partSchema,
  type Correction,
} from '../enrollment/enrollment.ts';
import { nikSchema } from '../enrollment/nik.ts';
import { instantSchema, packetIdSchema } from '../ids.ts';
import { amendsSchema } from './task.ts';

/** Biodata while it is being typed: any field may still be wrong. Rules apply at the end of the step and at record. */
const fields = Object.keys(biodataSchema.shape) as [BiodataField, ...BiodataField[]];
export const draftBiodataSchema = z.record(z.enum(fields), fieldValueSchema);
export type DraftBiodata = z.infer<typeof draftBiodataSchema>;

/**
 * An unfinished enrollment without the bytes of its parts. The window works on it in Dexie; at each completed step
 * main commits it too. `revision` grows by one with every change; resume takes the higher one.
 */
export const draftSchema = z.strictObject({
  packetId: packetIdSchema,
  nik: nikSchema,
  revision: z.int().min(0),
  ticket: z.int().positive().nullable(),
  /** Where the operator stands; resume opens this step. */
  step: stepSchema,
  biodata: draftBiodataSchema,
  corrections: z.array(correctionSchema).max(20),
  warnings: z.array(acceptedWarningSchema).max(20),
  /** Biodata was read aloud and confirmed. */
  biodataConfirmed: z.boolean(),
  parts: z.array(partSchema).max(20),
  exceptions: z.array(exceptionSchema).max(20),
  approval: approvalSchema.nullable(),
  startedAt: instantSchema,
  /** With an amendment alone: what it amends, and what of it is done again. */
  amends: amendsSchema.optional(),
});
export type Draft = z.infer<typeof draftSchema>;

/** What the register said of a field when the draft began, however often it was corrected since. */
export function registerValue(draft: Draft, field: BiodataField): Correction['before'] {
  const correction = draft.corrections.find((entry) => entry.field === field);
  return correction === undefined ? (draft.biodata[field] ?? null) : correction.before;
}

/** The first field in which `next` differs from the register without a correction that says so. */
export function uncorrected(before: Draft, next: Draft): BiodataField | undefined {
  return fields.find((field) => {
    const register = registerValue(before, field);
    const correction = next.corrections.find((entry) => entry.field === field);
    const { before: from, after: to } = correction ?? { before: register, after: register };
    return from !== register || to !== (next.biodata[field] ?? null);
  });
}
