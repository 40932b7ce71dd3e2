import { z } from 'zod';
import { biodataSchema, type BiodataField } from '../enrollment/biodata.ts';
import {
  PART_NAMES,
  partNameSchema,
  STEP_PARTS,
  type PartName,
  type Step,
} from '../enrollment/biometrics.ts';
import { packetIdSchema } from '../ids.ts';
import { outcomeSchema, type Outcome } from '../sync/protocol.ts';

/** What a draft amends, and what of it is done again: fixed when the draft begins. */
export const amendsSchema = z.strictObject({
  packetId: packetIdSchema,
  /** False where only parts are captured again; the biodata then stay as they are. */
  biodata: z.boolean(),
  parts: z.array(partNameSchema).max(PART_NAMES.length),
  /** What the center said, for the desk to show. */
  reasons: outcomeSchema.shape.reasons,
});
export type Amends = z.infer<typeof amendsSchema>;

type Reasons = Outcome['reasons'];

/** What a rejection asks for: the parts that it names; biodata for all that is no part. */
export function askedFor(reasons: Reasons): Pick<Amends, 'biodata' | 'parts'> {
  const parts = PART_NAMES.filter((name) => reasons.some(({ at }) => at === name));
  const named = new Set<string | null>(parts);
  return { biodata: parts.length === 0 || reasons.some(({ at }) => !named.has(at)), parts };
}

/** The fields of the biodata that the center names. */
export function namedFields(reasons: Reasons): BiodataField[] {
  const fields = Object.keys(biodataSchema.shape) as BiodataField[];
  return fields.filter((field) => reasons.some(({ at }) => at === field));
}

/** The parts that this draft must have. @param amends absent for an enrollment */
export function askedParts(amends: Pick<Amends, 'parts'> | undefined): readonly PartName[] {
  return amends?.parts ?? PART_NAMES;
}

/** Whether this step has anything to do. The resident approves every packet, so the review always has. */
export function hasStep(step: Step, amends: Pick<Amends, 'biodata' | 'parts'> | undefined): boolean {
  if (amends === undefined || step === 'review') return true;
  if (step === 'biodata') return amends.biodata;
  return STEP_PARTS[step].some((part) => amends.parts.includes(part));
}
