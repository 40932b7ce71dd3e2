import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ageOn } from '../../../app/enrollment/biodata.ts';
import { formatNik, parseNik } from '../../../app/enrollment/nik.ts';
import type { ResidentRow } from '../../../app/ipc/contract.ts';
import { COMBOBOX, Listbox, ListOption, ScrollRegion } from '../../components/aria.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { openResident, setQuery, useDesk } from './desk-store.ts';
import classes from './desk.module.css';

const LIMIT = 20;

/** The query as it stood when the fingers paused. */
function usePaused(query: string): string {
  const [paused, setPaused] = useState(query);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(query), 120);
    return () => clearTimeout(timer);
  }, [query]);
  return paused;
}

function Option({
  row,
  active,
  id,
  today,
}: {
  row: ResidentRow;
  active: boolean;
  id: string;
  today: string;
}) {
  const { t, f } = useWords();
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ListOption
      ref={ref}
      id={id}
      aria-selected={active}
      className={classes['row']}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => void openResident(row.nik)}
    >
      <span className={classes['rowText']}>
        <strong>{row.nama}</strong>
        <small>
          {formatNik(row.nik)} · {t('desk/age', { age: f.number(ageOn(row.tanggalLahir, today)) })} ·{' '}
          {row.desaNama}
        </small>
        {row.recorded !== 'no' && (
          <StateMark tone="safe">
            {t(row.recorded === 'here' ? 'desk/recordedHere' : 'desk/recordedCenter')}
          </StateMark>
        )}
      </span>
    </ListOption>
  );
}

/** NIK or name; a scanner's 16 digits and Enter open at once. Results by arrows and Enter. */
export function FindBox({ today, children }: { today: string; children: React.ReactNode }) {
  const { t, f } = useWords();
  const query = useDesk((state) => state.query);
  const [active, setActive] = useState(0);
  const [wrong, setWrong] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const kind = useDesk((state) => state.view.kind);
  const text = usePaused(query.trim());
  const wanted = text.length >= 2;
  const found = useQuery({
    queryKey: ['desk', 'find', text],
    queryFn: () => ask(station.desk.find({ query: text, limit: LIMIT })),
    enabled: wanted,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  const rows = wanted && query.trim() !== '' ? (found.data ?? []) : [];
  const at = Math.min(active, rows.length - 1);

  // Back at the queue the box is where the hands go on; an opened resident empties it (the store does).
  useEffect(() => {
    if (kind === 'idle') input.current?.focus();
  }, [kind]);

  const enter = () => {
    const digits = query.replace(/[\s.-]/g, '');
    if (/^\d{10,}$/.test(digits)) {
      const nik = parseNik(digits);
      if (nik.ok) {
        void openResident(nik.value.nik);
      } else if (digits.length === 16 || rows.length === 0) {
        setWrong(t(`biodataError/${nik.error}`));
      } else openActive();
      return;
    }
    openActive();
  };
  const openActive = () => {
    const row = found.isPlaceholderData || text !== query.trim() ? undefined : rows[at];
    if (row === undefined) return;
    void openResident(row.nik);
  };

  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(at + 1, rows.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(at - 1, 0));
    else if (event.key === 'Enter') enter();
    else if (event.key === 'Escape' && query !== '') {
      setQuery('');
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };

  const open = query.trim().length >= 2;
  const count = f.number(rows.length);
  return (
    <>
      <div className={classes['find']}>
        <TextInput
          ref={input}
          {...COMBOBOX}
          aria-expanded={open}
          aria-controls="find-results"
          aria-activedescendant={open && rows.length > 0 ? `find-${at}` : undefined}
          aria-label={t('desk/find')}
          placeholder={t('desk/findHelp')}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={query}
          error={wrong === null ? null : <span role="alert">{wrong}</span>}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(0);
            setWrong(null);
          }}
          onKeyDown={onKey}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      {open ? (
        <ScrollRegion className={classes['lists']} aria-label={t('desk/find')}>
          <output className={classes['listNote']}>
            {found.isPending
              ? t('desk/searching')
              : rows.length === 0
                ? t('desk/nothing')
                : t(rows.length === LIMIT ? 'desk/resultsMore' : 'desk/resultsCount', { many: count })}
          </output>
          {found.isError && <ErrorNotice error={shapeOf(found.error)} onRetry={() => void found.refetch()} />}
          <Listbox id="find-results" aria-label={t('desk/results')}>
            {rows.map((row, index) => (
              <Option key={row.nik} id={`find-${index}`} row={row} active={index === at} today={today} />
            ))}
          </Listbox>
        </ScrollRegion>
      ) : (
        children
      )}
    </>
  );
}
