import { BIODATA_WARNINGS, biodataSchema, type BiodataField } from '../../../app/enrollment/biodata.ts';
import { partNameSchema } from '../../../app/enrollment/biometrics.ts';
import { FAST_UNDER_MS, type Risk } from '../../../app/desk/review.ts';
import type { Vocabulary } from '../../i18n/words.ts';

function placeText(at: string, { t }: Pick<Vocabulary, 't'>): string {
  const part = partNameSchema.safeParse(at);
  if (part.success) return t(`part/${part.data}`);
  const warning = BIODATA_WARNINGS.find((code) => code === at);
  if (warning !== undefined) return t(`biodataWarning/${warning}`);
  return isField(at) ? t(`field/${at}`) : at;
}

export function isField(at: string): at is BiodataField {
  return Object.hasOwn(biodataSchema.shape, at);
}

/** All reasons in a line, for the list. */
export function risksText(risks: readonly Risk[], { t }: Pick<Vocabulary, 't'>): string {
  return risks.length === 0
    ? t('reviews/plain')
    : risks.map(({ code }) => t(`reviews/risk/${code}`)).join(' · ');
}

/** One reason as a sentence, with what it speaks of. */
export function riskSentence({ code, at }: Risk, { t, f }: Pick<Vocabulary, 't' | 'f'>): string {
  return t(`reviews/about/${code}`, {
    at: at.map((place) => placeText(place, { t })).join(code === 'warning' ? ' ' : ', '),
    minutes: f.number(FAST_UNDER_MS / 60_000),
  });
}
