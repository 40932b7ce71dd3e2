import type { Place } from '../../../app/desk/carry-over.ts';
import type { Vocabulary } from '../../i18n/words.ts';

/** Senin, 14 November 2011, sesi pagi */
export function placeText({ date, session }: Place, { t, f }: Pick<Vocabulary, 't' | 'f'>): string {
  return t('carry/place', { date: f.date(`${date}T12:00:00`), session: t(`desk/${session}`) });
}
