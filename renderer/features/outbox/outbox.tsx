import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import type { OutboxRow } from '../../../app/ipc/contract.ts';
import { OUTBOX_FILTERS, type OutboxFilter } from '../../../app/ipc/outbox.ts';
import { go, mayLead, useApp } from '../../app-state.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useRows } from '../../components/use-rows.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { SlipDialog } from '../slip/slip-dialog.tsx';
import { Doctor } from './doctor.tsx';
import { LimitsLine } from './limits-line.tsx';
import { OutboxLine, type RowActs } from './outbox-line.tsx';
import classes from './outbox.module.css';

const COLUMNS = ['number', 'name', 'recordedAt', 'state', 'sent', 'nextAttempt', 'receivedAt'] as const;
const PAGE = 100;
const ROW_HEIGHT = 64;

const pageQuery = (filter: OutboxFilter, search: string, page: number) => ({
  queryKey: ['outbox', filter, search, page],
  queryFn: () => ask(station.outbox.list({ filter, search, offset: page * PAGE, limit: PAGE })),
  placeholderData: keepPreviousData,
});

/** What is on the screen is asked again when the outbox moved, at most once a second. */
function useRefresh(): void {
  const moved = useStatus((status) =>
    status === null
      ? ''
      : [
          status.outbox.waiting,
          status.outbox.review,
          status.outbox.held,
          status.outbox.tasks,
          status.outbox.received,
          status.sync?.bytes.done,
        ].join(),
  );
  useEffect(() => {
    const timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ['outbox'] }), 300);
    return () => clearTimeout(timer);
  }, [moved]);
}

function List({
  filter,
  search,
  total,
  ...acts
}: {
  filter: OutboxFilter;
  search: string;
  total: number;
} & RowActs) {
  const { t } = useWords();
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useRows(scroller, total, ROW_HEIGHT);
  const firstPage = Math.floor(first / PAGE);
  const pages = Array.from(
    { length: Math.floor(last / PAGE) - firstPage + 1 },
    (_, index) => firstPage + index,
  );
  const results = useQueries({ queries: pages.map((page) => pageQuery(filter, search, page)) });
  const rowAt = (index: number) => results[Math.floor(index / PAGE) - firstPage]?.data?.rows[index % PAGE];
  const indexes = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);

  return (
    <ScrollRegion
      className={classes['scroller']}
      data-doctor={acts.onInspect !== null}
      ref={scroller}
      aria-label={t('outbox/table')}
    >
      <table aria-label={t('outbox/table')} aria-rowcount={total + 1}>
        <thead className={classes['head']}>
          <tr className={classes['line']} aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`outbox/${column}`)}
              </th>
            ))}
            <th scope="col">
              <span className="visually-hidden">{t('slip/column')}</span>
            </th>
            {acts.onInspect !== null && (
              <th scope="col">
                <span className="visually-hidden">{t('doctor/column')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody className={classes['body']} style={{ height: total * ROW_HEIGHT }}>
          {indexes.map((index) => (
            <OutboxLine key={index} row={rowAt(index)} index={index} top={index * ROW_HEIGHT} {...acts} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export default function Outbox() {
  const { t, f } = useWords();
  const filter = useApp((state) => state.outboxFilter);
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const first = useQuery(pageQuery(filter, search, 0));
  const heading = useRef<HTMLHeadingElement>(null);
  const [slip, setSlip] = useState<OutboxRow | null>(null);
  const [inspected, setInspected] = useState<OutboxRow | null>(null);
  const leads = useApp((state) => state.person !== null && mayLead(state.person));
  // Where the office reviews nothing there is nothing to choose.
  const isReviewed = useStatus((status) => (status?.outbox.review ?? 0) > 0);
  useRefresh();
  useEffect(() => heading.current?.focus(), []);
  const total = first.data?.total ?? 0;

  return (
    <div className={classes['screen']}>
      <div className={classes['top']}>
        <h1 ref={heading} tabIndex={-1} className={classes['title']}>
          {t('outbox/title')}
        </h1>
        <span className={classes['total']}>
          {first.data === undefined
            ? t('common/loading')
            : t('outbox/total', { many: f.number(total), count: total })}
        </span>
        <LimitsLine />
        <TextInput
          className={classes['search']}
          aria-label={t('outbox/search')}
          placeholder={t('outbox/search')}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <fieldset className={classes['filters']}>
          <legend className="visually-hidden">{t('outbox/filter')}</legend>
          {OUTBOX_FILTERS.filter((name) => name !== 'review' || isReviewed || filter === 'review').map(
            (name) => (
              <button
                key={name}
                type="button"
                className={classes['filter']}
                aria-pressed={filter === name}
                onClick={() => go('outbox', name)}
              >
                {t(`outbox/${name}`)}
              </button>
            ),
          )}
        </fieldset>
      </div>
      {first.isError && <ErrorNotice error={shapeOf(first.error)} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && total === 0 && (
        <p className={classes['empty']}>
          {t(search === '' ? `outbox/empty_${filter}` : 'outbox/empty_search')}
        </p>
      )}
      {total > 0 && (
        <List
          key={`${filter} ${search}`}
          filter={filter}
          search={search}
          total={total}
          onSlip={setSlip}
          onInspect={leads ? setInspected : null}
        />
      )}
      {inspected !== null && <Doctor packetId={inspected.packetId} onClose={() => setInspected(null)} />}
      {slip !== null && <SlipDialog row={slip} onClose={() => setSlip(null)} />}
    </div>
  );
}
