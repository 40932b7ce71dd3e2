import { Button } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { problemSentence } from '../../../app/desk/schedule-words.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, station } from '../../station.ts';
import classes from './schedule.module.css';
import { useDesaName } from './use-desa-name.ts';

const PAGE = 100;
const ROW_HEIGHT = 40;

const pageQuery = (page: number) => ({
  queryKey: ['schedule', 'problems', page],
  queryFn: () => ask(station.schedule.problems({ offset: page * PAGE, limit: PAGE })),
  // Of this one list; the next has others.
  gcTime: 0,
});

/** Each line that is kept out, or asks for a look, with its number and why. */
export function Problems({ total }: { total: number }) {
  const { t, f, language } = useWords();
  const desaName = useDesaName();
  const scroller = useRef<HTMLElement>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const { first, last } = useRows(scroller, total, ROW_HEIGHT);
  const firstPage = Math.floor(first / PAGE);
  const pages = Array.from({ length: Math.floor(last / PAGE) - firstPage + 1 }, (_, at) => firstPage + at);
  const results = useQueries({ queries: pages.map(pageQuery) });
  const rowAt = (index: number) => results[Math.floor(index / PAGE) - firstPage]?.data?.[index % PAGE];
  const save = async () => {
    setError(null);
    const result = await answer(station.schedule.export({ kind: 'problems', language }));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    announce(t('schedule/saved', { file: result.value.file, many: f.number(result.value.rows) }));
  };
  return (
    <>
      <div className={classes['row']}>
        <h3>{t('schedule/problems', { many: f.number(total), count: total })}</h3>
        <span className={classes['spring']} />
        <Button variant="default" onClick={() => void save()}>
          {t('schedule/csv')}
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      <ScrollRegion className={classes['scroller']} ref={scroller} aria-label={t('schedule/problemTable')}>
        <table aria-label={t('schedule/problemTable')} aria-rowcount={total + 1}>
          <thead className={classes['headLine']}>
            <tr className={classes['problemLine']} aria-rowindex={1}>
              {(['line', 'nik', 'reason'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`schedule/${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={classes['body']} style={{ height: total * ROW_HEIGHT }}>
            {Array.from({ length: last - first + 1 }, (_, at) => first + at).map((index) => {
              const row = rowAt(index);
              const said =
                row === undefined
                  ? t('common/loading')
                  : problemSentence(
                      row.problem,
                      row.problem === 'desaDiffers' ? desaName(row.detail) : row.detail,
                      language,
                    );
              return (
                <tr
                  key={index}
                  className={classes['problemLine']}
                  data-row
                  aria-rowindex={index + 2}
                  style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
                >
                  <td>{row === undefined ? t('common/empty') : f.number(row.line)}</td>
                  <td>{row === undefined ? t('common/empty') : formatNik(row.nik)}</td>
                  <td title={said}>{said}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
