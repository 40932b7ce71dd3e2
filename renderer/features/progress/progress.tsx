import { useQuery } from '@tanstack/react-query';
import {
  DAYS_BEHIND,
  DAYS_NEEDED,
  dateAfter,
  forecast,
  isOpen,
  leftOf,
  paceOf,
  type DesaProgress,
} from '../../../app/desk/progress.ts';
import type { ProgressAnswer } from '../../../app/ipc/progress.ts';
import { go } from '../../app-state.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { CalendarCard } from './calendar-card.tsx';
import classes from './progress.module.css';
import { WhatIf } from './what-if.tsx';

const progressQuery = {
  queryKey: ['progress'],
  queryFn: () => ask(station.progress.read(undefined)),
};

const sum = (desa: readonly DesaProgress[], of: (one: DesaProgress) => number) =>
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

/** When it will be finished, as a sentence that can be read to the camat. */
function Finish({ data }: { data: ProgressAnswer }) {
  const { t, f } = useWords();
  const { desa, days, today, calendar, deadline } = data;
  const left = sum(desa, leftOf);
  if (left === 0)
    return (
      <p className={classes['finish']}>
        <StateMark tone="safe">{t('progress/finishAll')}</StateMark>
      </p>
    );
  const pace = paceOf(days, today, calendar);
  if (pace === null) return <p>{t('progress/unknown', { days: f.number(DAYS_NEEDED) })}</p>;
  const { earliest, likely, latest } = forecast(left, pace, today, calendar);
  const day = (date: string) => f.date(`${date}T12:00`);
  const standing = deadline === null ? null : against(deadline, today, likely, latest);
  return (
    <>
      {likely === null ? (
        <p className={classes['finish']}>{t('progress/never')}</p>
      ) : (
        <p className={classes['finish']}>{day(likely)}</p>
      )}
      {earliest !== null && (
        <p>
          {latest === null
            ? t('progress/rangeOpen', { earliest: day(earliest) })
            : t('progress/range', { earliest: day(earliest), latest: day(latest) })}
        </p>
      )}
      {deadline !== null && standing !== null && (
        <p className={classes['deadline']}>
          <span>{t('progress/deadline', { date: day(deadline) })}</span>
          <StateMark tone={AGAINST_TONE[standing]}>{t(`progress/deadline_${standing}`)}</StateMark>
        </p>
      )}
      <p className={classes['quiet']}>
        {t('progress/pace', {
          mean: f.number(Math.round(pace.mean)),
          days: f.number(pace.days),
          left: f.number(left),
        })}
      </p>
      <details>
        <summary>{t('progress/method')}</summary>
        <p className={classes['quiet']}>{t('progress/methodText', { days: f.number(pace.days) })}</p>
      </details>
    </>
  );
}

function DesaRow({ one, isTotal = false }: { one: Omit<DesaProgress, 'kode'>; isTotal?: boolean }) {
  const { t, f } = useWords();
  const share = one.mustHave === 0 ? 0 : Math.min(1, one.recorded / one.mustHave);
  return (
    <tr className={isTotal ? classes['total'] : undefined}>
      <th scope="row">{one.nama}</th>
      <td>{one.mustHave === 0 ? t('common/empty') : f.number(one.mustHave)}</td>
      <td>{f.number(one.recorded)}</td>
      <td>
        <span className={classes['share']}>
          {/* The figure beside it says the same. */}
          <span className={classes['track']} aria-hidden>
            <span style={{ width: `${share * 100}%` }} />
          </span>
          {f.number(Math.floor(share * 100))}%
        </span>
      </td>
      <td>{f.number(one.waiting)}</td>
      <td>{one.accepted === null ? t('common/empty') : f.number(one.accepted)}</td>
      <td>{f.number(one.rejected)}</td>
      <td>{f.number(leftOf(one))}</td>
    </tr>
  );
}

function DesaTable({ desa }: { desa: readonly DesaProgress[] }) {
  const { t } = useWords();
  const columns = [
    'desa',
    'mustHave',
    'recorded',
    'share',
    'waiting',
    'accepted',
    'rejected',
    'left',
  ] as const;
  const total = {
    nama: t('progress/total'),
    mustHave: sum(desa, ({ mustHave }) => mustHave),
    recorded: sum(desa, ({ recorded }) => recorded),
    waiting: sum(desa, ({ waiting }) => waiting),
    accepted: desa.some(({ accepted }) => accepted === null)
      ? null
      : sum(desa, ({ accepted }) => accepted ?? 0),
    rejected: sum(desa, ({ rejected }) => rejected),
  };
  return (
    <ScrollRegion className={classes['tableBox']} aria-label={t('progress/desaTable')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`progress/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {desa.map((one) => (
            <DesaRow key={one.kode} one={one} />
          ))}
        </tbody>
        <tfoot>
          <DesaRow one={total} isTotal />
        </tfoot>
      </table>
    </ScrollRegion>
  );
}

/** The days that the forecast is made of and those on which the office was closed, newest first. */
function Days({ data: { days, today, calendar } }: { data: ProgressAnswer }) {
  const { t, f } = useWords();
  const byDate = new Map(days.map(({ date, recorded }) => [date, recorded]));
  const first = days[0]?.date;
  if (first === undefined) return <p className={classes['quiet']}>{t('progress/none')}</p>;
  const shown: string[] = [];
  for (let date = today, open = 0; date >= first && open <= DAYS_BEHIND; date = dateAfter(date, -1)) {
    shown.push(date);
    if (isOpen(date, calendar)) open += 1;
  }
  const most = Math.max(1, ...shown.map((date) => byDate.get(date) ?? 0));
  return (
    <ScrollRegion className={classes['days']} aria-label={t('progress/daysTable')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col">{t('progress/date')}</th>
            <th scope="col">{t('progress/recorded')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((date) => {
            const recorded = byDate.get(date) ?? 0;
            return (
              <tr key={date}>
                <th scope="row">{f.date(`${date}T12:00`)}</th>
                <td>
                  <span className={classes['share']}>
                    <span className={classes['track']} aria-hidden>
                      <span style={{ width: `${(recorded / most) * 100}%` }} />
                    </span>
                    {recorded === 0 && !isOpen(date, calendar) ? t('progress/closed') : f.number(recorded)}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** How far the kecamatan is, when it will be finished, and what would change that. */
export default function Progress() {
  const { t, f } = useWords();
  const now = useNow();
  const query = useQuery(progressQuery);
  useEscape(() => go('supervisor'));
  const { data } = query;
  return (
    <div className={classes['screen']}>
      <PageHead title={t('progress/title')} lead={t('progress/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <p className={classes['quiet']}>{t('common/loading')}</p>}
      {data !== undefined && (
        <div className={classes['columns']}>
          <div className={classes['column']}>
            <section className={classes['card']} aria-labelledby="finish-title">
              <h2 id="finish-title">{t('progress/finish')}</h2>
              <Finish data={data} />
            </section>
            <section className={classes['card']} aria-labelledby="desa-title">
              <h2 id="desa-title">{t('progress/byDesa')}</h2>
              <DesaTable desa={data.desa} />
              <p className={classes['quiet']}>
                {data.acceptedAt === null
                  ? t('progress/acceptedNever')
                  : t('progress/acceptedAt', { time: f.moment(data.acceptedAt, now) })}
              </p>
            </section>
          </div>
          <div className={classes['column']}>
            <WhatIf data={data} left={sum(data.desa, leftOf)} />
            <CalendarCard calendar={data.calendar} />
            <section className={classes['card']} aria-labelledby="days-title">
              <h2 id="days-title">{t('progress/days')}</h2>
              <Days data={data} />
            </section>
          </div>
        </div>
      )}
    </div>
  );
}
