import { DAYS_NEEDED, forecast, leftOf, paceOf, type DesaProgress } from '../../../app/desk/progress.ts';
import type { ProgressAnswer } from '../../../app/ipc/progress.ts';
import type { Tone } from '../../components/state-mark.tsx';
import type { Vocabulary } from '../../i18n/words.ts';

type Said = Pick<Vocabulary, 't' | 'f'>;

export const sum = (desa: readonly DesaProgress[], of: (one: DesaProgress) => number): number =>
  desa.reduce((total, one) => total + of(one), 0);

type Against = 'inTime' | 'close' | 'late' | 'past';
const AGAINST_TONE = { inTime: 'safe', close: 'act', late: 'act', past: 'act' } as const satisfies Record<
  Against,
  Tone
>;

/** @param likely and @param latest null where they are beyond reach */
function against(deadline: string, today: string, likely: string | null, latest: string | null): Against {
  if (deadline < today) return 'past';
  if (likely === null || likely > deadline) return 'late';
  return latest === null || latest > deadline ? 'close' : 'inTime';
}

/** When it will be finished, in the sentences that screen and paper have of it. */
export interface Finish {
  /** Nothing is left. */
  readonly isOver: boolean;
  /** The day, or why there is none. */
  readonly day: string;
  readonly isDay: boolean;
  readonly range: string | null;
  readonly deadline: { readonly date: string; readonly standing: string; readonly tone: Tone } | null;
  readonly pace: string | null;
  readonly method: string | null;
}

export function finishOf(data: ProgressAnswer, { t, f }: Said): Finish {
  const { desa, days, today, calendar, deadline } = data;
  const none = { isOver: false, isDay: false, range: null, deadline: null, pace: null, method: null };
  const left = sum(desa, leftOf);
  if (left === 0) return { ...none, isOver: true, day: t('progress/finishAll') };
  const pace = paceOf(days, today, calendar);
  if (pace === null) return { ...none, day: t('progress/unknown', { days: f.number(DAYS_NEEDED) }) };
  const { earliest, likely, latest } = forecast(left, pace, today, calendar);
  const say = (date: string) => f.date(`${date}T12:00`);
  const range =
    earliest === null
      ? null
      : latest === null
        ? t('progress/rangeOpen', { earliest: say(earliest) })
        : t('progress/range', { earliest: say(earliest), latest: say(latest) });
  const standing = deadline === null ? null : against(deadline, today, likely, latest);
  return {
    isOver: false,
    day: likely === null ? t('progress/never') : say(likely),
    isDay: likely !== null,
    range,
    deadline:
      deadline === null || standing === null
        ? null
        : {
            date: t('progress/deadline', { date: say(deadline) }),
            standing: t(`progress/deadline_${standing}`),
            tone: AGAINST_TONE[standing],
          },
    pace: t('progress/pace', {
      mean: f.number(Math.round(pace.mean)),
      days: f.number(pace.days),
      left: f.number(left),
    }),
    method: t('progress/methodText', { days: f.number(pace.days) }),
  };
}

/** Percent of those who must have a KTP; null where the center has set no target. */
export function shareOf({ mustHave, recorded }: Pick<DesaProgress, 'mustHave' | 'recorded'>): number | null {
  return mustHave === 0 ? null : Math.floor(Math.min(1, recorded / mustHave) * 100);
}

/** What is said of one desa, in the order in which screen and paper have it. */
export const FIGURES = [
  ...(['mustHave', 'recorded', 'share', 'waiting', 'examining', 'accepted', 'rejected', 'left'] as const),
];

/** In that order. What nobody knows has a dash. */
export function figuresOf(
  one: Omit<DesaProgress, 'kode'>,
  { t, f }: Said,
): Readonly<Record<(typeof FIGURES)[number], string>> {
  const figure = (value: number | null) => (value === null ? t('common/empty') : f.number(value));
  const share = shareOf(one);
  return {
    mustHave: figure(one.mustHave === 0 ? null : one.mustHave),
    recorded: figure(one.recorded),
    share: share === null ? t('common/empty') : `${f.number(share)}%`,
    waiting: figure(one.waiting),
    examining: figure(one.examining),
    accepted: figure(one.accepted),
    rejected: figure(one.rejected),
    left: figure(leftOf(one)),
  };
}

/** The whole kecamatan as one more row below its desa. */
export function totalOf(desa: readonly DesaProgress[], nama: string): Omit<DesaProgress, 'kode'> {
  const known = desa.every(({ accepted }) => accepted !== null);
  return {
    nama,
    mustHave: sum(desa, ({ mustHave }) => mustHave),
    recorded: sum(desa, ({ recorded }) => recorded),
    waiting: sum(desa, ({ waiting }) => waiting),
    accepted: known ? sum(desa, ({ accepted }) => accepted ?? 0) : null,
    examining: known ? sum(desa, ({ examining }) => examining ?? 0) : null,
    rejected: sum(desa, ({ rejected }) => rejected),
  };
}

/** What the columns count, and since when the center's figure is so. */
export function countedAt({ acceptedAt }: ProgressAnswer, now: number, { t, f }: Said): string {
  return acceptedAt === null
    ? t('progress/acceptedNever')
    : t('progress/acceptedAt', { time: f.moment(acceptedAt, now) });
}
