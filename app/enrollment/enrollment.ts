import { z } from 'zod';
import {
  accountIdSchema,
  instantSchema,
  kodeKecamatanSchema,
  packetIdSchema,
  sha256Schema,
  stationIdSchema,
} from '../ids.ts';
import { BIODATA_WARNINGS, biodataSchema } from './biodata.ts';
import { REASON_MAX, REASON_MIN } from '../reason.ts';
import { SEEN_BACKGROUNDS } from './photo.ts';
import { exceptionSchema, missingParts, partNameSchema, type PartName } from './biometrics.ts';

/** Why a person did what the rules ask about. */
export const reasonSchema = z.string().trim().min(REASON_MIN).max(REASON_MAX);

/** What a device says of itself. It travels in the packet, so a lying one may not fill it. */
export const deviceTextSchema = z.string().max(200);

/** What a field of the register may hold, right or wrong. */
export const fieldValueSchema = z.union([z.string().max(200), z.number(), z.null()]);

/** One captured part as the enrollment describes it; its bytes travel beside it in the packet. */
export const partSchema = z.strictObject({
  name: partNameSchema,
  /** image/jpeg (photo), application/vnd.rekam.signature+json (signature), application/vnd.iso.19794-4 / -6 (finger, iris). */
  mediaType: z.string().max(100),
  size: z.int().positive(),
  sha256: sha256Schema,
  /** 0–100 as the device scored it; null where nothing scores it. */
  quality: z.number().min(0).max(100).nullable(),
  capturedAt: instantSchema,
  attempts: z.int().positive(),
  device: z
    .strictObject({ make: deviceTextSchema, model: deviceTextSchema, serialNo: deviceTextSchema })
    .nullable(),
  /** Why the operator kept it although it was judged unfit, or below the policy's threshold. */
  override: reasonSchema.optional(),
  /** With a photo: the colour beside the head, where it was seen. */
  background: z.enum(SEEN_BACKGROUNDS).optional(),
});
export type Part = z.infer<typeof partSchema>;

/** A change to the register's biodata: it needs a document and the operator's own authentication. */
export const correctionSchema = z.strictObject({
  field: z.enum(Object.keys(biodataSchema.shape) as [keyof typeof biodataSchema.shape]),
  before: fieldValueSchema,
  after: fieldValueSchema,
  document: z.string().trim().min(1).max(120),
  /** Who confirmed it with their own password, and when; main alone writes this. */
  confirmed: z.strictObject({ by: accountIdSchema, at: instantSchema }),
});
export type Correction = z.infer<typeof correctionSchema>;

/** A warning of the biodata rules that was shown, and why the operator went on. */
export const acceptedWarningSchema = z.strictObject({
  code: z.enum(BIODATA_WARNINGS),
  reason: reasonSchema,
});
export type AcceptedWarning = z.infer<typeof acceptedWarningSchema>;

/** How the resident approved: by touching the pad, or by word, which the operator then entered. */
export const approvalSchema = z.strictObject({
  at: instantSchema,
  by: z.enum(['touch', 'pen', 'mouse', 'keyboard']),
});

export type Approval = z.infer<typeof approvalSchema>;

export const operatorSchema = z.strictObject({ accountId: accountIdSchema, name: z.string().max(80) });

/** One resident's recording, whole. This is what the packet carries to the center. */
export const enrollmentSchema = z
  .strictObject({
    v: z.literal(1),
    packetId: packetIdSchema,
    stationId: stationIdSchema,
    kecamatan: kodeKecamatanSchema,
    biodata: biodataSchema,
    corrections: z.array(correctionSchema).max(20),
    warnings: z.array(acceptedWarningSchema).max(20),
    /** A 16-year-old recorded ahead of the seventeenth birthday. */
    early: z.boolean(),
    parts: z.array(partSchema).max(20),
    exceptions: z.array(exceptionSchema).max(20),
    approval: approvalSchema,
    operator: operatorSchema,
    ticket: z.int().positive().nullable(),
    startedAt: instantSchema,
    recordedAt: instantSchema,
    /** Center's time minus the station's, from the last pulse; null when it was never known. */
    clockOffsetMs: z.int().nullable(),
  })
  .superRefine((enrollment, context) => {
    refineParts(enrollment, context);
    const missing: PartName[] = missingParts(
      enrollment.parts.map((part) => part.name),
      enrollment.exceptions,
    );
    if (missing.length > 0)
      context.addIssue({ code: 'custom', message: `parts.missing ${missing.join(' ')}` });
  });
export type Enrollment = z.infer<typeof enrollmentSchema>;

/** No part twice, none both captured and excepted, and a reason `other` says what it is. */
export function refineParts(
  { parts, exceptions }: Pick<Enrollment, 'parts' | 'exceptions'>,
  context: z.RefinementCtx,
): void {
  const names = parts.map((part) => part.name);
  if (new Set(names).size !== names.length) context.addIssue({ code: 'custom', message: 'parts.twice' });
  for (const exception of exceptions) {
    if (names.includes(exception.part)) context.addIssue({ code: 'custom', message: 'parts.excepted' });
    if (exception.reason === 'other' && exception.note === '') {
      context.addIssue({ code: 'custom', message: 'exceptions.note' });
    }
  }
}
