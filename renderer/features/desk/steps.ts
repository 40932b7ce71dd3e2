import type { Draft } from '../../../app/desk/draft.ts';
import { STEPS, stepState, type PartName, type Step } from '../../../app/enrollment/biometrics.ts';

/** The office's order with biodata first and review last, whatever the setting left out. */
export function orderedSteps(setting: readonly Step[] | undefined): readonly Step[] {
  const middle = (setting ?? []).filter((step) => step !== 'biodata' && step !== 'review');
  const rest = STEPS.filter((step) => step !== 'biodata' && step !== 'review' && !middle.includes(step));
  return ['biodata', ...new Set([...middle, ...rest]), 'review'];
}

export type RailState = 'done' | 'excepted' | 'missing';

/** As stepState, and biodata is done once confirmed, review once the resident approved. */
export function railState(step: Step, draft: Draft): RailState {
  if (step === 'biodata') return draft.biodataConfirmed ? 'done' : 'missing';
  if (step === 'review') return draft.approvedAt === null ? 'missing' : 'done';
  const captured = new Set<PartName>(draft.parts.map((part) => part.name));
  return stepState(step, captured, draft.exceptions);
}

/** What still stands between this draft and recording, approval aside, in the office's order. */
export function missingSteps(draft: Draft, order: readonly Step[]): Step[] {
  return order.filter((step) => step !== 'review' && railState(step, draft) === 'missing');
}
