import type { OutageReport, ReportedOutage } from '../../../app/desk/outages.ts';
import type { Format } from '../../i18n/format.ts';
import type { wordsIn } from '../../i18n/words.ts';

type Said = ReturnType<typeof wordsIn>;

/** Sen, 14 Nov 12.00 */
export function moment(at: string, f: Format): string {
  return `${f.day(at)} ${f.time(at)}`;
}

/** When it ended; of one whose clock was set meanwhile nobody knows. */
export function ended({ endedAt, lastedMs }: ReportedOutage, { t, f }: Said): string {
  if (endedAt === null) return t('outages/lasting');
  return lastedMs === null ? t('outages/unknown') : moment(endedAt, f);
}

/** How long an outage was in its month. */
export function lasted({ lastedMs }: ReportedOutage, { t, f }: Said): string {
  return lastedMs === null ? t('outages/unknown') : f.duration(lastedMs);
}

/** Whether a part of it lies in another month, so that its length is not from its beginning to its end. */
export function isCut({ from, until, startedAt, endedAt, lastedMs }: ReportedOutage): boolean {
  return lastedMs !== null && (from !== startedAt || (endedAt !== null && until !== endedAt));
}

/** The time without link or power, and how often; what had its clock set is named, not added. */
export function laneSum(
  { count, lastedMs, unknown }: OutageReport['link'],
  { t, f }: Said,
): readonly [time: string, times: string] {
  const times = t('outages/times', { count, many: f.number(count) });
  return [
    count === 0 ? t('common/empty') : f.duration(lastedMs),
    unknown === 0 ? times : `${times}, ${t('outages/unknownOf', { many: f.number(unknown) })}`,
  ];
}
