import type { BiodataField } from '../../../app/enrollment/biodata.ts';
import { unfitParts, type Limits } from '../../../app/enrollment/quality.ts';
import type { Draft } from '../../../app/desk/draft.ts';
import { askedParts, hasStep } from '../../../app/desk/task.ts';
import {
  STEP_PARTS,
  STEPS,
  stepState,
  type PartName,
  type Step,
} from '../../../app/enrollment/biometrics.ts';

/**
 * The office's order with biodata first and review last, whatever the setting left out.
 * @param amends leaves only the steps that the center asks for
 */
export function orderedSteps(
  setting: readonly Step[] | undefined,
  amends?: Draft['amends'],
): readonly Step[] {
  const middle = (setting ?? []).filter((step) => step !== 'biodata' && step !== 'review');
  const rest = STEPS.filter((step) => step !== 'biodata' && step !== 'review' && !middle.includes(step));
  const all: Step[] = ['biodata', ...new Set([...middle, ...rest]), 'review'];
  return all.filter((step) => hasStep(step, amends));
}

export type RailState = 'done' | 'excepted' | 'missing';

/**
 * As stepState, but for what cannot stay as it was captured; biodata is done once confirmed, review once the resident approved and both index fingers were taken
 * again. A finger that its own step excepts is told there, not once more at the review.
 */
export function railState(step: Step, draft: Draft, limits: Limits): RailState {
  if (step === 'biodata') return draft.biodataConfirmed ? 'done' : 'missing';
  const captured = new Set<PartName>(draft.parts.map((part) => part.name));
  const unfit = unfitParts(draft.parts, draft.biodata, limits);
  if (unfit.some((part) => STEP_PARTS[step].includes(part))) return 'missing';
  const state = stepState(step, captured, draft.exceptions, askedParts(draft.amends));
  if (step !== 'review') return state;
  if (draft.approval === null || state === 'missing') return 'missing';
  const own = draft.exceptions.some((exception) => STEP_PARTS.review.includes(exception.part));
  return own ? 'excepted' : 'done';
}

/** What still stands between this draft and the resident's approval, in the office's order. */
export function missingSteps(draft: Draft, order: readonly Step[], limits: Limits): Step[] {
  return order.filter((step) => step !== 'review' && railState(step, draft, limits) === 'missing');
}

/** What the resident approves besides name and NIK, which stand above every step. */
export const REVIEWED = [
  'tempatLahir',
  'tanggalLahir',
  'jenisKelamin',
  'golonganDarah',
  'agama',
  'statusKawin',
  'pendidikan',
  'pekerjaan',
  'kewarganegaraan',
  'noKk',
  'alamat',
  'desa',
  'rt',
  'rw',
] as const satisfies readonly BiodataField[];
