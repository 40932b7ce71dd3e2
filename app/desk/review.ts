import { z } from 'zod';
import type { Part } from '../enrollment/enrollment.ts';
import { isEye, isLow, thresholdOf, type Limits } from '../enrollment/quality.ts';
import type { Draft } from './draft.ts';

/** Which packets a supervisor sees before they go: none, the risky ones and a share of the others, or every one. */
export const REVIEW_MODES = ['off', 'sample', 'all'] as const;
export const reviewModeSchema = z.enum(REVIEW_MODES);
export type ReviewMode = z.infer<typeof reviewModeSchema>;
export const USUAL_REVIEW: ReviewMode = 'off';

/**
 * What makes a recording worth a second look. exception: a part was not captured · photoKept, scanKept: kept by hand
 * though it was judged unfit · lowQuality: still below the policy's threshold after its attempts · warning: a warning of
 * the biodata was passed over with a reason · correction: biodata other than the register's · fast: sooner done than
 * anybody was ever seen to do it
 */
export const RISKS = [
  'exception',
  'photoKept',
  'scanKept',
  'lowQuality',
  'warning',
  'correction',
  'fast',
] as const;
export const riskSchema = z.strictObject({
  code: z.enum(RISKS),
  /** Parts, biodata fields or warnings that it speaks of; none with `fast`. */
  at: z.array(z.string().max(40)).max(20),
});
export type Risk = z.infer<typeof riskSchema>;
export const risksSchema = z.array(riskSchema).max(RISKS.length);

/**
 * A whole enrollment takes four minutes by plan and was seen to take two to twenty. Under two, somebody was not asked,
 * was not read to, or was not the one in front of the desk.
 */
export const FAST_UNDER_MS = 2 * 60_000;

/** Of those without a risk, one in so many. */
export const SAMPLE_ONE_IN = 10;

/** What was recorded, as far as it is judged. */
export interface Looked
  extends Pick<Draft, 'exceptions' | 'warnings' | 'corrections' | 'startedAt' | 'amends'> {
  readonly parts: readonly Part[];
  /** Milliseconds, by the clock that `startedAt` was taken from. */
  readonly recordedAt: number;
}

/** @returns in the order of RISKS; none where there is nothing to look at twice */
export function risksOf(looked: Looked, limits: Limits): Risk[] {
  return RISKS.flatMap((code) => {
    const at = FIND[code](looked, limits);
    return at === null ? [] : [{ code, at: [...new Set(at)] }];
  });
}

const some = (at: readonly string[]): readonly string[] | null => (at.length === 0 ? null : at);
const namesOf = (parts: readonly Part[]): readonly string[] | null => some(parts.map(({ name }) => name));
const isScan = ({ name }: Part): boolean =>
  name.startsWith('finger.') || name.startsWith('verify.') || isEye(name);

const FIND: Readonly<Record<Risk['code'], (looked: Looked, limits: Limits) => readonly string[] | null>> = {
  exception: ({ exceptions }) => some(exceptions.map(({ part }) => part)),
  photoKept: ({ parts }) =>
    namesOf(parts.filter(({ name, override }) => name === 'photo' && override !== undefined)),
  scanKept: ({ parts }) => namesOf(parts.filter((part) => isScan(part) && part.override !== undefined)),
  lowQuality: ({ parts }, limits) =>
    namesOf(
      parts.filter(
        (part) =>
          isScan(part) && part.override === undefined && isLow(part.quality, thresholdOf(part.name, limits)),
      ),
    ),
  warning: ({ warnings }) => some(warnings.map(({ code }) => code)),
  correction: ({ corrections }) => some(corrections.map(({ field }) => field)),
  // An amendment is a word or a finger: nothing says how long that takes. A clock that was put back says nothing either.
  fast: ({ startedAt, recordedAt, amends }) => {
    const took = recordedAt - Date.parse(startedAt);
    return amends === undefined && took >= 0 && took < FAST_UNDER_MS ? [] : null;
  },
};

/**
 * Drawn once, by what nobody knows before it is recorded: the manifest's hash covers the sealed bytes, which are other
 * ones each time.
 * @param manifestSha256 hex
 */
export function isReviewed(mode: ReviewMode, risks: readonly Risk[], manifestSha256: string): boolean {
  switch (mode) {
    case 'off':
      return false;
    case 'all':
      return true;
    case 'sample':
      return risks.length > 0 || Number.parseInt(manifestSha256.slice(0, 8), 16) % SAMPLE_ONE_IN === 0;
  }
}
