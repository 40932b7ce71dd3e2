import type { Draft } from '../../../../app/desk/draft.ts';
import { askedParts } from '../../../../app/desk/task.ts';
import {
  exceptionFor,
  IRISES,
  LEFT_FOUR,
  RIGHT_FOUR,
  STEP_PARTS,
  THUMBS,
  VERIFY,
  type BodyPart,
  type PartName,
  type ScanStep,
  type Step,
} from '../../../../app/enrollment/biometrics.ts';
import type { Part } from '../../../../app/enrollment/enrollment.ts';
import type { Capture, ScannerRow } from '../../../../app/ipc/contract.ts';
import { isLow, thresholdOf, unfitParts, type Limits } from '../../../../app/enrollment/quality.ts';

/** The parts in the order in which the hand lies on the glass, left to right. */
export const SCAN_PARTS: Readonly<Record<ScanStep, readonly BodyPart[]>> = {
  right4: RIGHT_FOUR,
  left4: [...LEFT_FOUR].reverse(),
  thumbs: THUMBS,
  irises: IRISES,
  verify: VERIFY,
};

export type PartState = 'excepted' | 'missing' | 'low' | 'good';

export interface ScanView {
  readonly parts: readonly BodyPart[];
  /** Those that are not excepted. */
  readonly wanted: readonly BodyPart[];
  readonly states: ReadonlyMap<BodyPart, PartState>;
  readonly attempts: number;
  /** Nothing is missing; low quality is no gap. */
  readonly complete: boolean;
  readonly low: boolean;
  /** Complete, but below the threshold before the policy's attempts were made, and nobody said why it should stay so. */
  readonly again: boolean;
  /** Why the operator kept what is below the threshold. */
  readonly override: string | null;
}

/** Where a scan step stands: what is captured, what is still wanted, whether to try again. */
export function scanView(
  step: ScanStep,
  draft: Pick<Draft, 'parts' | 'exceptions' | 'amends'>,
  limits: Limits,
): ScanView {
  const asked = askedParts(draft.amends);
  const parts = SCAN_PARTS[step].filter((part) => asked.includes(part));
  const stateOf = (part: BodyPart): PartState => {
    if (exceptionFor(part, draft.exceptions) !== undefined) return 'excepted';
    const held = draft.parts.find((entry) => entry.name === part);
    if (held === undefined) return 'missing';
    return isLow(held.quality, thresholdOf(part, limits)) ? 'low' : 'good';
  };
  const states = new Map(parts.map((part) => [part, stateOf(part)]));
  const wanted = parts.filter((part) => states.get(part) !== 'excepted');
  const tried = draft.parts.filter((entry) => wanted.some((part) => part === entry.name));
  const attempts = Math.max(0, ...tried.map((entry) => entry.attempts));
  const complete = wanted.every((part) => states.get(part) !== 'missing');
  const low = wanted.some((part) => states.get(part) === 'low');
  return {
    parts,
    wanted,
    states,
    attempts,
    complete,
    low,
    again: complete && unfitParts(tried, {}, limits).length > 0,
    override: tried.find((entry) => entry.override !== undefined)?.override ?? null,
  };
}

/** How the step ended where nothing is left to take: a tick is for what is good alone. */
export type Taken = 'good' | 'low' | 'nothing';

export function takenOf(view: Pick<ScanView, 'wanted' | 'low'>): Taken {
  if (view.wanted.length === 0) return 'nothing';
  return view.low ? 'low' : 'good';
}

/** The scanner that would serve this step: a ready one before any other. */
export function scannerFor(step: ScanStep, rows: readonly ScannerRow[]): ScannerRow | null {
  const kind = step === 'irises' ? 'iris' : 'finger';
  const fitting = rows.filter((row) => row.kind === kind);
  return fitting.find((row) => row.status === 'ready') ?? fitting[0] ?? null;
}

/** With their reason, so that the step goes on with them. */
export function withOverride(
  step: ScanStep,
  captures: ReadonlyMap<PartName, Capture>,
  reason: string,
  limits: Limits,
): Capture[] {
  return [...captures.values()]
    .filter(({ part }) => SCAN_PARTS[step].some((name) => name === part.name))
    .filter(({ part }) => unfitParts([part], {}, limits).length > 0)
    .map((capture) => ({ ...capture, part: { ...capture.part, override: reason } }));
}

/** Scanned parts by the policy's threshold; the photo where it was kept although it was judged unfit. */
function isPoor(part: Part, limits: Limits): boolean {
  if (part.name === 'photo' || part.name === 'signature') return part.override !== undefined;
  return isLow(part.quality, thresholdOf(part.name, limits));
}

/** What the rail tells about a step beside its state. Exceptions that stand for another step's finger count there. */
export function railCounts(
  step: Step,
  draft: Pick<Draft, 'parts' | 'exceptions'>,
  limits: Limits,
): { readonly excepted: number; readonly low: boolean } {
  const parts = STEP_PARTS[step];
  return {
    excepted: draft.exceptions.filter((exception) => parts.includes(exception.part)).length,
    low: draft.parts.some((part) => parts.includes(part.name) && isPoor(part, limits)),
  };
}

/**
 * Fingers or eyes as they are said in one breath: telunjuk, tengah dan kelingking kanan. A word that all of them share, at
 * the end or at the beginning, is said once.
 * @param join the language's own way to put the last one on: {{first}} dan {{last}}
 */
export function listParts(labels: readonly string[], join: (first: string, last: string) => string): string {
  const words = labels.map((label) => label.toLowerCase().split(' '));
  const shared = (index: number) =>
    words.length > 1 && words.every((own) => own.length > 1 && own.at(index) === words[0]?.at(index));
  const last = words.length - 1;
  const said = words.map((own, at) => {
    if (shared(-1)) return at === last ? own : own.slice(0, -1);
    return shared(0) && at > 0 ? own.slice(1) : own;
  });
  const texts = said.map((own) => own.join(' '));
  const tail = texts.pop() ?? '';
  return texts.length === 0 ? tail : join(texts.join(', '), tail);
}
