import { z } from 'zod';

/** Fingers and eyes by the names that SBI devices and the packet use, in the order in which a slap returns them. */
export const RIGHT_FOUR = [
  'finger.right.index',
  'finger.right.middle',
  'finger.right.ring',
  'finger.right.little',
] as const;
export const LEFT_FOUR = [
  'finger.left.index',
  'finger.left.middle',
  'finger.left.ring',
  'finger.left.little',
] as const;
export const THUMBS = ['finger.left.thumb', 'finger.right.thumb'] as const;
export const IRISES = ['iris.left', 'iris.right'] as const;

export const FINGERS = [...RIGHT_FOUR, ...LEFT_FOUR, ...THUMBS] as const;
export const PART_NAMES = ['photo', 'signature', ...FINGERS, ...IRISES] as const;

export const partNameSchema = z.enum(PART_NAMES);
export type PartName = z.infer<typeof partNameSchema>;
export type BodyPart = (typeof FINGERS)[number] | (typeof IRISES)[number];

/** The steps at the desk. Their order is a setting (it varies by office); biodata is always first, review last. */
export const STEPS = [
  'biodata',
  'photo',
  'signature',
  'right4',
  'left4',
  'thumbs',
  'irises',
  'review',
] as const;
export const stepSchema = z.enum(STEPS);
export type Step = z.infer<typeof stepSchema>;

/** What a step captures. */
export const STEP_PARTS: Readonly<Record<Step, readonly PartName[]>> = {
  biodata: [],
  photo: ['photo'],
  signature: ['signature'],
  right4: RIGHT_FOUR,
  left4: LEFT_FOUR,
  thumbs: THUMBS,
  irises: IRISES,
  review: [],
};

/** The steps that a scanner serves. */
export const scanStepSchema = z.enum(['right4', 'left4', 'thumbs', 'irises']);
export type ScanStep = z.infer<typeof scanStepSchema>;

/** Why a part cannot be captured. People were turned away for lack of this list. */
export const EXCEPTION_REASONS = ['amputated', 'leprosy', 'blind', 'injury', 'unable', 'other'] as const;
export const exceptionSchema = z.strictObject({
  part: partNameSchema.exclude(['photo']),
  reason: z.enum(EXCEPTION_REASONS),
  /** Required with reason `other`. */
  note: z.string().trim().max(200),
});
export type Exception = z.infer<typeof exceptionSchema>;

/** Parts that are neither captured nor excepted: what still stands between this enrollment and recording. */
export function missingParts(captured: Iterable<PartName>, exceptions: readonly Exception[]): PartName[] {
  const have = new Set<string>(captured);
  for (const exception of exceptions) have.add(exception.part);
  return PART_NAMES.filter((name) => !have.has(name));
}

/** State of a step on the rail. */
export function stepState(
  step: Step,
  captured: ReadonlySet<PartName>,
  exceptions: readonly Exception[],
): 'done' | 'excepted' | 'missing' {
  const parts = STEP_PARTS[step];
  const excepted = new Set<string>(exceptions.map((exception) => exception.part));
  if (parts.some((part) => !captured.has(part) && !excepted.has(part))) return 'missing';
  return parts.some((part) => excepted.has(part)) ? 'excepted' : 'done';
}
