import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DAYS_BEHIND, dateAfter, isOpen, leftOf, type DesaProgress } from '../../../app/desk/progress.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ProgressAnswer } from '../../../app/ipc/progress.ts';
import { go } from '../../app-state.ts';
import { useNowAs } from '../../clock.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { CalendarCard } from './calendar-card.tsx';
import classes from './progress.module.css';
import { ReportDialog } from './report-dialog.tsx';
import { countedAt, FIGURES, figuresOf, finishOf, shareOf, sum, totalOf } from './said.ts';
import { WhatIf } from './what-if.tsx';

const progressQuery = {
  queryKey: ['progress'],
  queryFn: () => ask(station.progress.read(undefined)),
};

/** When it will be finished, as a sentence that can be read to the camat. */
function Finish({ data }: { data: ProgressAnswer }) {
  const vocabulary = useWords();
  const { isOver, day, range, deadline, pace, method } = finishOf(data, vocabulary);
  if (pace === null)
    return isOver ? (
      <p className={classes['finish']}>
        <StateMark tone="safe">{day}</StateMark>
      </p>
    ) : (
      <p>{day}</p>
    );
  return (
    <>
      <p className={classes['finish']}>{day}</p>
      {range !== null && <p>{range}</p>}
      {deadline !== null && (
        <p className={classes['deadline']}>
          <span>{deadline.date}</span>
          <StateMark tone={deadline.tone}>{deadline.standing}</StateMark>
        </p>
      )}
      <p className={classes['quiet']}>{pace}</p>
      <details>
        <summary>{vocabulary.t('progress/method')}</summary>
        <p className={classes['quiet']}>{method}</p>
      </details>
    </>
  );
}

function DesaRow({ one, isTotal = false }: { one: Omit<DesaProgress, 'kode'>; isTotal?: boolean }) {
  const figures = figuresOf(one, useWords());
  return (
    <tr className={isTotal ? classes['total'] : undefined}>
      <th scope="row">{one.nama}</th>
      {FIGURES.map((figure) => (
        <td key={figure}>
          {figure === 'share' ? (
            <span className={classes['share']}>
              {/* The figure beside it says the same. */}
              <span className={classes['track']} aria-hidden>
                <span style={{ width: `${shareOf(one) ?? 0}%` }} />
              </span>
              <span className={classes['percent']}>{figures.share}</span>
            </span>
          ) : (
            figures[figure]
          )}
        </td>
      ))}
    </tr>
  );
}

function DesaTable({ desa }: { desa: readonly DesaProgress[] }) {
  const { t } = useWords();
  const total = totalOf(desa, t('progress/total'));
  return (
    <ScrollRegion className={classes['tableBox']} aria-label={t('progress/desaTable')}>
      <table className={`${classes['table']} ${classes['desa']}`}>
        <thead>
          <tr>
            {(['desa', ...FIGURES] as const).map((column) => (
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

/** Alone, so that the clock draws nothing but this. */
function Counted({ data }: { data: ProgressAnswer }) {
  const vocabulary = useWords();
  return <p className={classes['quiet']}>{useNowAs((now) => countedAt(data, now, vocabulary))}</p>;
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
  const vocabulary = useWords();
  const { t } = vocabulary;
  const query = useQuery(progressQuery);
  const [printing, setPrinting] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  useEscape(() => {
    if (!printing) go('supervisor');
  });
  const { data } = query;
  const save = async () => {
    setError(null);
    const result = await answer(station.progress.export({ language: vocabulary.language }));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    const { file, rows } = result.value;
    const { t: say, f: as } = words();
    announce(say('progress/savedFile', { file, many: as.number(rows) }));
  };
  return (
    <div className={classes['screen']}>
      <PageHead title={t('progress/title')} lead={t('progress/lead')} onBack={() => go('supervisor')} />
      {error !== null && <ErrorNotice error={error} />}
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
              <div className={classes['headRow']}>
                <h2 id="desa-title">{t('progress/byDesa')}</h2>
                <span className={classes['papers']}>
                  <Button variant="default" onClick={() => void save()}>
                    {t('progress/csv')}
                  </Button>
                  <Button variant="default" onClick={() => setPrinting(true)}>
                    {t('progress/print')}
                  </Button>
                </span>
              </div>
              <DesaTable desa={data.desa} />
              <Counted data={data} />
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
      {printing && <ReportDialog onClose={() => setPrinting(false)} />}
    </div>
  );
}
