import { Button, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { OUTAGE_WORDS } from '../../../app/desk/outage-words.ts';
import { monthAfter, type OutageReport, type ReportedOutage } from '../../../app/desk/outages.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { go } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './outages.module.css';
import { ReportDialog } from './report-dialog.tsx';
import { ended, isCut, laneSum, lasted, moment } from './said.ts';
import { Timeline } from './timeline.tsx';

/** Two years back: what is older leaves the station as a file. */
const MONTHS_SHOWN = 24;

function Figures({ report }: { report: OutageReport }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const people = (count: number) => t('outages/residents', { count, many: f.number(count) });
  const figures = [
    ['link', ...laneSum(report.link, vocabulary)],
    ['power', ...laneSum(report.power, vocabulary)],
    ['recorded', people(report.recorded), t('outages/recordedHelp')],
    ['sentHome', people(report.sentHome), t('outages/sentHomeHelp')],
  ] as const;
  return (
    <dl className={classes['figures']}>
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt>{t(`outages/${name}`)}</dt>
          <dd>
            {value}
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const COLUMNS = ['cause', 'from', 'to', 'lasted', 'recorded', 'sentHome'] as const;

function Row({ row }: { row: ReportedOutage }) {
  const vocabulary = useWords();
  const { t, f, language } = vocabulary;
  return (
    <tr>
      <th scope="row">{OUTAGE_WORDS[row.cause][language]}</th>
      <td>{moment(row.startedAt, f)}</td>
      <td>{ended(row, vocabulary)}</td>
      <td>
        {lasted(row, vocabulary)}
        {isCut(row) && <small>{t('outages/inMonth')}</small>}
      </td>
      <td>{f.number(row.recorded)}</td>
      <td>{f.number(row.sentHome)}</td>
    </tr>
  );
}

function List({ report }: { report: OutageReport }) {
  const { t } = useWords();
  return (
    <ScrollRegion className={classes['tableBox']} aria-label={t('outages/table')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`outages/column_${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row) => (
            <Row key={`${row.cause} ${row.startedAt}`} row={row} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** A month without the center or without power: when, how long, why, and who would have been sent home. */
export default function Outages() {
  const { t, f, language } = useWords();
  const [month, setMonth] = useState<string | null>(null);
  const [printing, setPrinting] = useState<string | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  // A new one begins or ends with the link's state or the power's.
  const since = useStatus((status) => `${status?.link.since} ${status?.power.source}`);
  const query = useQuery({
    queryKey: ['outages', 'month', month, since],
    queryFn: () => ask(station.outages.read({ month })),
    placeholderData: keepPreviousData,
  });
  useEscape(() => {
    if (printing === null) go('supervisor');
  });
  const { data } = query;
  const shown = data?.report.month ?? null;
  const print = () => {
    if (printing === null && shown !== null) setPrinting(shown);
  };
  usePrimaryKey(print);
  const save = async () => {
    if (shown === null) return;
    setError(null);
    const result = await answer(station.outages.export({ month: shown, language }));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    const { file, rows } = result.value;
    const { t: say, f: as } = words();
    announce(say('outages/saved', { file, many: as.number(rows) }));
  };
  return (
    <div className={classes['screen']}>
      <PageHead title={t('outages/title')} lead={t('outages/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {error !== null && <ErrorNotice error={error} />}
      {query.isPending && <p className={classes['quiet']}>{t('common/loading')}</p>}
      {data !== undefined && (
        <>
          <div className={classes['bar']}>
            <label htmlFor="outage-month">{t('outages/month')}</label>
            <NativeSelect
              id="outage-month"
              value={month ?? data.thisMonth}
              data={Array.from({ length: MONTHS_SHOWN }, (_, back) => {
                const value = monthAfter(data.thisMonth, -back);
                return { value, label: f.month(value) };
              })}
              onChange={(event) => setMonth(event.currentTarget.value)}
            />
            <Button variant="default" onClick={() => void save()}>
              {t('outages/csv')}
            </Button>
            <Button onClick={print}>{t('outages/print')}</Button>
          </div>
          <Figures report={data.report} />
          {data.report.rows.length === 0 ? (
            <p className={classes['none']}>{t('outages/none', { month: f.month(data.report.month) })}</p>
          ) : (
            <div className={classes['columns']}>
              <section className={classes['card']} aria-labelledby="timeline-title">
                <h2 id="timeline-title">{t('outages/timeline')}</h2>
                <Timeline report={data.report} />
              </section>
              <section className={classes['card']} aria-labelledby="list-title">
                <h2 id="list-title">{t('outages/list')}</h2>
                <List report={data.report} />
              </section>
            </div>
          )}
          <details className={classes['quiet']}>
            <summary>{t('outages/method')}</summary>
            <p>{t('outages/methodText')}</p>
          </details>
        </>
      )}
      {printing !== null && <ReportDialog month={printing} onClose={() => setPrinting(null)} />}
    </div>
  );
}
