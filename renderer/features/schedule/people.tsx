import { Button } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SummonedGroup } from '../../../app/desk/schedule.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import classes from './schedule.module.css';
import { useDesaName } from './use-desa-name.ts';

const PAGE = 100;
const ROW_HEIGHT = 40;
const COLUMNS = ['number', 'nik', 'name', 'state'] as const;

const pageQuery = (group: SummonedGroup, page: number) => ({
  queryKey: ['schedule', 'people', group, page],
  queryFn: () => ask(station.schedule.people({ ...group, offset: page * PAGE, limit: PAGE })),
});

function Names({ group, total }: { group: SummonedGroup; total: number }) {
  const { t, f } = useWords();
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useRows(scroller, total, ROW_HEIGHT);
  const firstPage = Math.floor(first / PAGE);
  const pages = Array.from({ length: Math.floor(last / PAGE) - firstPage + 1 }, (_, at) => firstPage + at);
  const results = useQueries({ queries: pages.map((page) => pageQuery(group, page)) });
  const rowAt = (index: number) => results[Math.floor(index / PAGE) - firstPage]?.data?.rows[index % PAGE];
  return (
    <ScrollRegion className={classes['scroller']} ref={scroller} aria-label={t('schedule/people')}>
      <table aria-label={t('schedule/people')} aria-rowcount={total + 1}>
        <thead className={classes['headLine']}>
          <tr className={classes['personLine']} aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`schedule/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={classes['body']} style={{ height: total * ROW_HEIGHT }}>
          {Array.from({ length: last - first + 1 }, (_, at) => first + at).map((index) => {
            const row = rowAt(index);
            return (
              <tr
                key={index}
                className={classes['personLine']}
                data-row
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
              >
                <td>{f.number(index + 1)}</td>
                <td>{row === undefined ? t('common/loading') : formatNik(row.nik)}</td>
                <td title={row?.nama ?? ''}>
                  {row === undefined || row.nama === '' ? t('common/empty') : row.nama}
                </td>
                <td>
                  {row?.recorded === true && <StateMark tone="safe">{t('schedule/recorded')}</StateMark>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

interface Props {
  group: SummonedGroup;
  onPrint: () => void;
  onClose: () => void;
}

/** Those called for one session of one desa. */
export function People({ group, onPrint, onClose }: Props) {
  const { t, f } = useWords();
  const desaName = useDesaName();
  const heading = useRef<HTMLHeadingElement>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const first = useQuery(pageQuery(group, 0));
  useEffect(() => heading.current?.focus(), []);
  const total = first.data?.total ?? 0;
  const save = async () => {
    setError(null);
    const result = await answer(station.schedule.export({ kind: 'group', ...group }));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    const said = t('schedule/saved', { file: result.value.file, many: f.number(result.value.rows) });
    setSaved(said);
    announce(said);
  };
  return (
    <section className={`${classes['card']} ${classes['preview']}`} aria-labelledby="people-title">
      <h2 id="people-title" ref={heading} tabIndex={-1}>
        {desaName(group.desa)}
      </h2>
      <p>
        {t('carry/place', { date: f.date(`${group.date}T12:00`), session: t(`desk/${group.session}`) })}
        {' · '}
        {t('schedule/many', { many: f.number(total), count: total })}
      </p>
      <div className={classes['row']}>
        <Button onClick={onPrint} disabled={total === 0}>
          {t('schedule/print')}
        </Button>
        <Button variant="default" onClick={() => void save()} disabled={total === 0}>
          {t('schedule/csv')}
        </Button>
        <span className={classes['spring']} />
        <Button variant="subtle" onClick={onClose}>
          {t('schedule/close')}
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {saved !== null && <p className={classes['quiet']}>{saved}</p>}
      {first.isError && <ErrorNotice error={shapeOf(first.error)} onRetry={() => void first.refetch()} />}
      {total > 0 && <Names group={group} total={total} />}
    </section>
  );
}
