import { z } from 'zod';
import { packetIdSchema } from '../ids.ts';
import { err, ok, type Result } from '../result.ts';
import { exceptionFor, type PartName } from './biometrics.ts';
import { enrollmentSchema, refineParts, type Correction, type Enrollment } from './enrollment.ts';
import { nikSchema } from './nik.ts';

const of = enrollmentSchema.shape;

/**
 * What an amendment packet carries: of a rejected enrollment only what changes. Everything else stays in the packet that
 * it amends, which nobody but the center can open. It speaks of the same resident: a NIK never moves to other fingers.
 */
export const amendmentSchema = z
  .strictObject({
    v: of.v,
    packetId: of.packetId,
    stationId: of.stationId,
    kecamatan: of.kecamatan,
    /** The packet that it amends: an enrollment, or an earlier amendment. */
    amends: packetIdSchema,
    nik: nikSchema,
    /** Whole and corrected; null where only parts are captured again. */
    biodata: z
      .strictObject({
        biodata: of.biodata,
        /** `before` is what the amended packet said. */
        corrections: of.corrections,
        warnings: of.warnings,
        early: of.early,
      })
      .nullable(),
    parts: of.parts,
    exceptions: of.exceptions,
    approval: of.approval,
    operator: of.operator,
    startedAt: of.startedAt,
    recordedAt: of.recordedAt,
    clockOffsetMs: of.clockOffsetMs,
  })
  .superRefine((amendment, context) => {
    refineParts(amendment, context);
    const { biodata, parts, exceptions } = amendment;
    if (biodata !== null && biodata.biodata.nik !== amendment.nik)
      context.addIssue({ code: 'custom', message: 'nik' });
    if (biodata === null && parts.length + exceptions.length === 0)
      context.addIssue({ code: 'custom', message: 'amendment.empty' });
  });
export type Amendment = z.infer<typeof amendmentSchema>;

/** An enrollment with the bytes of its parts. */
export interface Whole {
  readonly enrollment: Enrollment;
  readonly parts: ReadonlyMap<PartName, Uint8Array>;
}

/**
 * The enrollment as it stands with this amendment laid over it, complete by the same rules as any other.
 * `amends` and `nik`: it speaks of another packet or another person.
 */
export function applyAmendment(
  original: Whole,
  amendment: Amendment,
  bytes: ReadonlyMap<PartName, Uint8Array>,
): Result<Whole, 'amends' | 'nik' | 'parts'> {
  const before = original.enrollment;
  if (before.packetId !== amendment.amends) return err('amends');
  if (before.biodata.nik !== amendment.nik) return err('nik');

  const renewed = new Set<PartName>(amendment.parts.map((part) => part.name));
  const exceptions = [
    ...before.exceptions.filter(
      ({ part }) => !renewed.has(part) && !amendment.exceptions.some((entry) => entry.part === part),
    ),
    ...amendment.exceptions,
  ];
  const parts = [...before.parts.filter(({ name }) => !renewed.has(name)), ...amendment.parts].filter(
    ({ name }) => renewed.has(name) || exceptionFor(name, exceptions) === undefined,
  );
  const enrollment = enrollmentSchema.safeParse({
    ...before,
    ...(amendment.biodata !== null && {
      ...amendment.biodata,
      corrections: overlaid(before.corrections, amendment.biodata.corrections),
    }),
    packetId: amendment.packetId,
    stationId: amendment.stationId,
    parts,
    exceptions,
    approval: amendment.approval,
    operator: amendment.operator,
    recordedAt: amendment.recordedAt,
    clockOffsetMs: amendment.clockOffsetMs,
  });
  if (!enrollment.success) return err('parts');
  const contents = new Map<PartName, Uint8Array>();
  for (const { name } of enrollment.data.parts) {
    const content = renewed.has(name) ? bytes.get(name) : original.parts.get(name);
    if (content === undefined) return err('parts');
    contents.set(name, content);
  }
  return ok({ enrollment: enrollment.data, parts: contents });
}

/** One correction a field, from what the register said to what is said now. */
function overlaid(earlier: readonly Correction[], later: readonly Correction[]): Correction[] {
  const untouched = earlier.filter((one) => !later.some(({ field }) => field === one.field));
  const renewed = later.map((one) => {
    const first = earlier.find(({ field }) => field === one.field);
    return first === undefined ? one : { ...one, before: first.before };
  });
  return [...untouched, ...renewed];
}
