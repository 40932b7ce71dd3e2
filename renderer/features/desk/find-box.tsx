import { TextInput } from '@mantine/core';
import { IconSearch, IconTicket } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ageOn } from '../../../app/enrollment/biodata.ts';
import { formatNik, parseNik } from '../../../app/enrollment/nik.ts';
import { FOUND_COUNTED } from '../../../app/ipc/find.ts';
import type { ResidentRow } from '../../../app/ipc/contract.ts';
import { COMBOBOX, Listbox, ListOption, ScrollRegion } from '../../components/aria.ts';
import { LANDING } from '../../components/enter-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { openResident, setQuery, useDesk } from './desk-store.ts';
import { Person } from './person.tsx';
import classes from './queue.module.css';
import { giveNumber } from './tickets.ts';
import { TAKES_SCANS } from './use-scanner.ts';

const LIMIT = 20;
const GIVE_KEY = 'Shift+Enter';
const NIK_LENGTH = 16;

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
      onClick={(event) => {
        const onlyNumber = event.target instanceof Element && event.target.closest('[data-give]') !== null;
        void (onlyNumber ? giveNumber(row.nik) : openResident(row.nik));
      }}
    >
      <Person name={row.nama}>
        <small className={classes['found']}>
          <span>{formatNik(row.nik)}</span>{' '}
          <span>
            {t('desk/foundBorn', {
              born: f.birthDate(row.tanggalLahir),
              age: f.number(ageOn(row.tanggalLahir, today)),
            })}
          </span>{' '}
          <span>{t('desk/foundAt', { rt: row.rt, rw: row.rw, desa: row.desaNama })}</span>
        </small>
        {row.recorded !== 'no' && (
          <StateMark tone="safe">
            {t(row.recorded === 'here' ? 'desk/recordedHere' : 'desk/recordedCenter')}
          </StateMark>
        )}
      </Person>
      {row.recorded === 'no' && (
        // For a hand or a mouse; an option has no parts to tab to, so the keyboard has Shift+Enter.
        <span className={classes['give']} data-give title={t('ticket/giveKey')} aria-hidden>
          <IconTicket size={20} />
        </span>
      )}
    </ListOption>
  );
}

/** NIK or name; a scanner's 16 digits and Enter open at once. Results by arrows and Enter. */
export function FindBox({
  today,
  onEnter,
  children,
}: {
  today: string;
  /** What Enter does while nothing is typed. */
  onEnter: (() => void) | null;
  children: React.ReactNode;
}) {
  const { t, f } = useWords();
  const query = useDesk((state) => state.query);
  const [active, setActive] = useState(0);
  const [wrong, setWrong] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const kind = useDesk((state) => state.view.kind);
  const lists = useRef<HTMLDivElement>(null);
  const turns = useDesk((state) => state.turns);
  const text = usePaused(query.trim());
  const wanted = text.length >= 2;
  const found = useQuery({
    queryKey: ['desk', 'find', text],
    queryFn: () => ask(station.desk.find({ query: text, limit: LIMIT })),
    enabled: wanted,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  const rows = wanted && query.trim() !== '' && wrong === null ? (found.data?.rows ?? []) : [];
  const at = Math.min(active, rows.length - 1);

  // Back at the queue the box is where the hands go on; an opened resident empties it (the store does).
  useEffect(() => {
    if (kind === 'idle') input.current?.focus();
  }, [kind]);
  useEffect(() => lists.current?.scrollTo(0, 0), [turns]);

  const enter = (choose: (nik: string) => Promise<void>) => {
    if (query.trim() === '') return onEnter?.();
    const digits = query.replace(/[\s.-]/g, '');
    if (/^\d{10,}$/.test(digits)) {
      const nik = parseNik(digits);
      if (nik.ok) {
        void choose(nik.value.nik);
      } else if (digits.length === 16 || rows.length === 0) {
        setWrong(t(`biodataError/${nik.error}`));
      } else chooseActive(choose);
      return;
    }
    chooseActive(choose);
  };
  const chooseActive = (choose: (nik: string) => Promise<void>) => {
    const row = found.isPlaceholderData || text !== query.trim() ? undefined : rows[at];
    if (row === undefined) return;
    void choose(row.nik);
  };

  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(at + 1, rows.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(at - 1, 0));
    else if (event.key === 'Enter') enter(event.shiftKey ? giveNumber : openResident);
    else if (event.key === 'Escape' && query !== '') {
      setQuery('');
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };

  const open = query.trim().length >= 2 && wrong === null;
  const digits = query.replace(/[\s.-]/g, '');
  const count = f.number(rows.length);
  const note = () => {
    if (/^\d+$/.test(digits) && digits.length < NIK_LENGTH) {
      return t('desk/nikDigits', { many: f.number(digits.length) });
    }
    if (found.isPending) return t('desk/searching');
    if (rows.length === 0) return t('desk/nothing');
    if (rows.length < LIMIT) return t('desk/resultsCount', { many: count, count: rows.length });
    const total = found.data?.total ?? null;
    const name = rows[0]?.nama.split(' ')[0] ?? '';
    const example = `${name} ${rows[0]?.desaNama.toUpperCase() ?? ''} ${rows[0]?.tanggalLahir.slice(0, 4) ?? ''}`;
    if (total === null) return t('desk/resultsFirst', { many: count });
    const of = f.number(total);
    return t(total < FOUND_COUNTED ? 'desk/resultsMore' : 'desk/resultsMany', { many: count, of, example });
  };
  return (
    <>
      <div className={classes['find']}>
        <TextInput
          ref={input}
          {...COMBOBOX}
          {...TAKES_SCANS}
          {...(kind === 'idle' ? LANDING : {})}
          aria-expanded={open}
          aria-controls="find-results"
          aria-activedescendant={open && rows.length > 0 ? `find-${at}` : undefined}
          aria-label={t('desk/find')}
          aria-keyshortcuts={GIVE_KEY}
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
      {/* Hidden, not gone: what was opened and scrolled there stays so. */}
      <div ref={lists} className={classes['lists']} hidden={open}>
        {children}
      </div>
      {open && (
        <ScrollRegion className={classes['lists']} aria-label={t('desk/find')}>
          <output className={classes['note']}>{note()}</output>
          {found.isError && <ErrorNotice error={shapeOf(found.error)} onRetry={() => void found.refetch()} />}
          <Listbox id="find-results" aria-label={t('desk/results')}>
            {rows.map((row, index) => (
              <Option key={row.nik} id={`find-${index}`} row={row} active={index === at} today={today} />
            ))}
          </Listbox>
        </ScrollRegion>
      )}
    </>
  );
}
