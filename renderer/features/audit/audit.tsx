import { Button, NativeSelect, TextInput } from '@mantine/core';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { AUDIT_GROUPS, type AuditGroup } from '../../../app/desk/audit.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { accountIdSchema } from '../../../app/ids.ts';
import type { AuditExport, AuditFilter, AuditRow, AuditVerdict } from '../../../app/ipc/people.ts';
import { go } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { SecondPersonDialog } from '../../components/second-person.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useNow } from '../../clock.ts';
import { useWords, words, type Vocabulary } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import classes from './audit.module.css';
import { aboutWords, actWords, detailWords } from './words.ts';

const PAGE = 100;
const ROW_HEIGHT = 52;
const COLUMNS = ['number', 'at', 'who', 'act', 'about'] as const;
const ALL: AuditFilter = { by: null, group: null, from: null, to: null };

const pageQuery = (filter: AuditFilter, page: number) => ({
  queryKey: ['audit', filter, page],
  queryFn: () => ask(station.audit.list({ ...filter, offset: page * PAGE, limit: PAGE })),
  placeholderData: keepPreviousData,
});

function Line({ row, index }: { row: AuditRow | undefined; index: number }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const place = { 'aria-rowindex': index + 2, style: { transform: `translateY(${index * ROW_HEIGHT}px)` } };
  if (row === undefined)
    return (
      <tr className={classes['line']} data-row {...place}>
        <td>{t('common/loading')}</td>
      </tr>
    );
  const about = [aboutWords(row, vocabulary), detailWords(row, vocabulary)].filter((text) => text !== null);
  return (
    <tr className={classes['line']} data-row {...place}>
      <td>{f.number(row.sequence)}</td>
      <td>{f.moment(row.at, now)}</td>
      <td title={row.by ?? ''}>{row.by ?? t('audit/station')}</td>
      <td>{actWords(row.what, t)}</td>
      <td title={about.join(' · ')}>{about.length === 0 ? t('common/empty') : about.join(' · ')}</td>
    </tr>
  );
}

function List({ filter, total }: { filter: AuditFilter; total: number }) {
  const { t } = useWords();
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useRows(scroller, total, ROW_HEIGHT);
  const firstPage = Math.floor(first / PAGE);
  const pages = Array.from({ length: Math.floor(last / PAGE) - firstPage + 1 }, (_, at) => firstPage + at);
  const results = useQueries({ queries: pages.map((page) => pageQuery(filter, page)) });
  const rowAt = (index: number) => results[Math.floor(index / PAGE) - firstPage]?.data?.rows[index % PAGE];
  return (
    <ScrollRegion className={classes['scroller']} ref={scroller} aria-label={t('audit/table')}>
      <table aria-label={t('audit/table')} aria-rowcount={total + 1}>
        <thead className={classes['headLine']}>
          <tr className={classes['line']} aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`audit/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={classes['body']} style={{ height: total * ROW_HEIGHT }}>
          {Array.from({ length: last - first + 1 }, (_, at) => first + at).map((index) => (
            <Line key={index} row={rowAt(index)} index={index} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Filters({ filter, onChange }: { filter: AuditFilter; onChange: (filter: AuditFilter) => void }) {
  const { t } = useWords();
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: () => ask(station.accounts.list(undefined)),
  });
  const date = (name: 'from' | 'to') => (
    <TextInput
      type="date"
      label={t(`audit/${name}`)}
      value={filter[name] ?? ''}
      onChange={(event) => onChange({ ...filter, [name]: event.currentTarget.value || null })}
    />
  );
  return (
    <fieldset className={classes['filters']}>
      <legend className="visually-hidden">{t('audit/filter')}</legend>
      <NativeSelect
        label={t('audit/byWhom')}
        value={filter.by ?? ''}
        onChange={(event) => {
          const chosen = accountIdSchema.safeParse(event.currentTarget.value);
          onChange({ ...filter, by: chosen.success ? chosen.data : null });
        }}
        data={[
          { value: '', label: t('audit/everybody') },
          ...(accounts.data ?? []).map(({ accountId, name }) => ({ value: accountId, label: name })),
        ]}
      />
      <NativeSelect
        label={t('audit/kind')}
        value={filter.group ?? ''}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange({ ...filter, group: AUDIT_GROUPS.find((group) => group === chosen) ?? null });
        }}
        data={[
          { value: '', label: t('audit/everything') },
          ...AUDIT_GROUPS.map((group: AuditGroup) => ({ value: group, label: t(`audit/group_${group}`) })),
        ]}
      />
      {date('from')}
      {date('to')}
    </fieldset>
  );
}

/** What the look at the whole chain found, and what to do. */
export function verdictSentence(verdict: AuditVerdict, { t, f }: Pick<Vocabulary, 't' | 'f'>): string {
  const { entries, brokenAt, mismatched, anchored, older } = verdict;
  if (brokenAt !== null) return t('audit/broken', { number: f.number(brokenAt) });
  if (mismatched.length > 0) return t('audit/unanchored', { numbers: mismatched.join(', ') });
  const whole = t('audit/whole', { entries: f.number(entries), anchored: f.number(anchored) });
  return older === 0 ? whole : `${whole} ${t('audit/older', { many: f.number(older) })}`;
}

const isWhole = ({ brokenAt, mismatched }: AuditVerdict) => brokenAt === null && mismatched.length === 0;

export default function Audit() {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const [filter, setFilter] = useState<AuditFilter>(ALL);
  const first = useQuery(pageQuery(filter, 0));
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const [exported, setExported] = useState<AuditExport | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [verifying, setVerifying] = useState(false);
  const [exporting, setExporting] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  // The dialog hears its own Escape.
  useEscape(() => {
    if (!exporting) go('supervisor');
  });
  const total = first.data?.total ?? 0;

  const verify = async () => {
    if (verifying) return;
    setVerifying(true);
    setError(null);
    const result = await answer(station.audit.verify(undefined));
    setVerifying(false);
    if (!result.ok) return setError(result.error);
    setVerdict(result.value);
    announce(verdictSentence(result.value, words()));
    void queries.invalidateQueries({ queryKey: ['audit'] });
  };

  return (
    <div className={classes['screen']}>
      <header className={classes['top']}>
        <h1 className={classes['title']}>{t('audit/title')}</h1>
        <span className={classes['quiet']}>
          {first.data === undefined
            ? t('common/loading')
            : t('audit/total', { many: f.number(total), count: total })}
        </span>
        <span className={classes['spring']} />
        <Button variant="subtle" onClick={() => go('supervisor')}>
          {t('common/back')}
        </Button>
        <Button variant="default" onClick={() => setExporting(true)}>
          {t('audit/export')}
        </Button>
        <Button
          ref={button}
          onClick={() => void verify()}
          {...(verifying ? { 'aria-disabled': true, 'data-disabled': true } : {})}
        >
          {t(verifying ? 'audit/verifying' : 'audit/verify')}
        </Button>
      </header>
      {error !== null && <ErrorNotice error={error} />}
      {verdict !== null && (
        <Notice tone={isWhole(verdict) ? 'info' : 'now'}>{verdictSentence(verdict, vocabulary)}</Notice>
      )}
      {exported !== null && (
        <Notice tone={exported.brokenAt === null ? 'info' : 'now'}>
          {t('audit/exported', { entries: f.number(exported.entries), folder: exported.folder })}
          {exported.brokenAt !== null && ` ${t('audit/broken', { number: f.number(exported.brokenAt) })}`}
        </Notice>
      )}
      <Filters filter={filter} onChange={setFilter} />
      {first.isError && <ErrorNotice error={shapeOf(first.error)} onRetry={() => void first.refetch()} />}
      {first.data !== undefined && total === 0 && <p className={classes['empty']}>{t('audit/none')}</p>}
      {total > 0 && <List key={JSON.stringify(filter)} filter={filter} total={total} />}
      {exporting && (
        <SecondPersonDialog
          act={t('audit/exportAct')}
          onClose={() => setExporting(false)}
          onConfirm={async (second) => {
            const result = await answer(station.audit.export({ second }));
            void queries.invalidateQueries({ queryKey: ['audit'] });
            if (!result.ok) return result.error;
            if (result.value !== null) {
              setExported(result.value);
              const { entries, folder } = result.value;
              const say = words();
              announce(say.t('audit/exported', { entries: say.f.number(entries), folder }));
            }
            return null;
          }}
        />
      )}
    </div>
  );
}
