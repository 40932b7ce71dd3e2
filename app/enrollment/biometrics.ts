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

/** Both index fingers once more at the end, for the center to compare with the slaps; the station claims no match. */
export const VERIFY = ['verify.left.index', 'verify.right.index'] as const;

export const FINGERS = [...RIGHT_FOUR, ...LEFT_FOUR, ...THUMBS] as const;
export const PART_NAMES = ['photo', 'signature', ...FINGERS, ...IRISES, ...VERIFY] as const;

export const partNameSchema = z.enum(PART_NAMES);
export type PartName = z.infer<typeof partNameSchema>;
export type BodyPart = (typeof FINGERS)[number] | (typeof IRISES)[number] | (typeof VERIFY)[number];

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
  review: VERIFY,
};

/** What a scanner is asked for: a step's own work, or both index fingers again at the end of the review. */
export const scanStepSchema = z.enum(['right4', 'left4', 'thumbs', 'irises', 'verify']);
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

const FINGER_OF: Readonly<Partial<Record<PartName, PartName>>> = {
  'verify.left.index': 'finger.left.index',
  'verify.right.index': 'finger.right.index',
};

/** The exception that stands for this part: its own, or that of the finger which would be taken again. */
export function exceptionFor(part: PartName, exceptions: readonly Exception[]): Exception | undefined {
  return exceptions.find((exception) => exception.part === part || exception.part === FINGER_OF[part]);
}

/**
 * Parts that are neither captured nor excepted: what still stands between this enrollment and recording.
 * @param asked an amendment is asked for less than all of them
 */
export function missingParts(
  captured: Iterable<PartName>,
  exceptions: readonly Exception[],
  asked: readonly PartName[] = PART_NAMES,
): PartName[] {
  const have = new Set<string>(captured);
  return asked.filter((name) => !have.has(name) && exceptionFor(name, exceptions) === undefined);
}

/** State of a step on the rail. @param asked as for `missingParts` */
export function stepState(
  step: Step,
  captured: ReadonlySet<PartName>,
  exceptions: readonly Exception[],
  asked: readonly PartName[] = PART_NAMES,
): 'done' | 'excepted' | 'missing' {
  const parts = STEP_PARTS[step].filter((part) => asked.includes(part));
  const excepted = (part: PartName): boolean => exceptionFor(part, exceptions) !== undefined;
  if (parts.some((part) => !captured.has(part) && !excepted(part))) return 'missing';
  return parts.some(excepted) ? 'excepted' : 'done';
}

/** What is asked of a capture while no policy has come from the center: scores 0–100, and how often it is tried. */
export const DEFAULT_LIMITS = { fingerThreshold: 60, irisThreshold: 50, maxAttempts: 3 } as const;
