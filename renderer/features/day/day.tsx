import { Button, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import {
  DAY_REASON_MAX,
  type DayCount,
  type Difference,
  type DifferenceKind,
} from '../../../app/desk/day-close.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { DayAnswer, SheetRow } from '../../../app/ipc/day.ts';
import { REASON_MIN } from '../../../app/reason.ts';
import { go } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, shapeOf, station } from '../../station.ts';
import { CountTable } from './count-table.tsx';
import classes from './day.module.css';
import type { Opened } from './rows.ts';
import { SheetDialog } from './sheet-dialog.tsx';
import { useDay } from './use-day.ts';

/** Where each is settled; what only the center can say is asked for on this page. */
const WAY: Readonly<Record<DifferenceKind, () => void>> = {
  missing: () => go('supervisor'),
  mismatched: () => go('supervisor'),
  gap: () => go('supervisor'),
  unknown: () => go('supervisor'),
  held: () => go('outbox', 'held'),
  waiting: () => go('outbox', 'pending'),
  uncompared: () => undefined,
  tickets: () => go('desk'),
  drafts: () => go('desk'),
};

function Differences({ differences }: { differences: readonly Difference[] }) {
  const { t, f } = useWords();
  if (differences.length === 0)
    return (
      <p>
        <StateMark tone="safe">{t('day/agrees')}</StateMark>
      </p>
    );
  return (
    <ul className={classes['differences']} aria-label={t('day/differences')}>
      {differences.map(({ kind, count }) => (
        <li key={kind}>
          <div>
            <StateMark tone="act">
              <span className={classes['wrap']}>{t(`day/is_${kind}`, { count, many: f.number(count) })}</span>
            </StateMark>
            <p className={classes['quiet']}>{t(`day/do_${kind}`)}</p>
          </div>
          {kind !== 'uncompared' && (
            <Button variant="default" aria-label={t(`day/goTo_${kind}`)} onClick={WAY[kind]}>
              {t('day/go')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Asks the center now; offline it says so, and that what stands there is from before. */
function Compare({ center }: { center: DayCount['center'] }) {
  const { t, f } = useWords();
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const [offline, setOffline] = useState<string | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const compare = async () => {
    if (busy) return;
    setBusy(true);
    setOffline(null);
    setError(null);
    const result = await answer(station.day.compare(undefined));
    await queries.invalidateQueries({ queryKey: ['day'] });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    const { t: say } = words();
    const { ended, cause } = result.value;
    if (ended === 'done') return announce(say('day/compared'));
    setOffline(`${say('day/comparedNot')} ${cause === null ? '' : say(`cause/${cause}`)}`.trim());
  };
  return (
    <>
      <div className={classes['row']}>
        <p className={classes['quiet']}>
          {center.comparedAt === null
            ? t('day/comparedNever')
            : t('day/comparedAt', { time: f.moment(center.comparedAt, now) })}
        </p>
        <Button
          variant="default"
          onClick={() => void compare()}
          aria-disabled={busy}
          {...(busy ? { 'data-disabled': true } : {})}
        >
          {t(busy ? 'day/comparing' : 'day/compare')}
        </Button>
      </div>
      {offline !== null && <Notice tone="act">{offline}</Notice>}
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}

function Close({ data, onClosed }: { data: DayAnswer; onClosed: (sheet: Opened) => void }) {
  const { t, f } = useWords();
  const { day, differences, sheets } = data;
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const mustExplain = differences.length > 0;
  const last = sheets.find(({ date }) => date === day.date);
  // Whoever presses Enter once more must not sign the same sheet again.
  const stands = last?.late === 0 && last.differences === differences.length;
  const [again, setAgain] = useState(false);
  const isSettled = stands && !again;
  // The button that asked for it is gone.
  useEffect(() => {
    if (again) field.current?.focus();
  }, [again]);
  const close = async () => {
    const why = reason.trim();
    const isShort = mustExplain && why.length < REASON_MIN;
    setShort(isShort);
    setError(null);
    if (isShort) return field.current?.focus();
    const result = await answer(station.day.close({ date: day.date, reason: mustExplain ? why : null }));
    await queries.invalidateQueries({ queryKey: ['day'] });
    if (!result.ok) return setError(result.error);
    setReason('');
    setAgain(false);
    announce(words().t('day/closed', { number: result.value.number }));
    onClosed(result.value);
  };
  return (
    <form
      className={classes['card']}
      aria-labelledby="close-title"
      onSubmit={(event) => {
        event.preventDefault();
        void close();
      }}
    >
      <h2 id="close-title">{t('day/close')}</h2>
      {last !== undefined && (
        <p>
          <StateMark tone={last.late > 0 ? 'act' : 'safe'}>
            <span className={classes['wrap']}>
              {last.late > 0
                ? t('day/late', { count: last.late, many: f.number(last.late), number: last.number })
                : t('day/isClosed', { number: last.number, by: last.by })}
            </span>
          </StateMark>
        </p>
      )}
      {mustExplain && !isSettled && (
        <Textarea
          ref={field}
          label={t('day/reason')}
          description={t('day/reasonHelp')}
          value={reason}
          maxLength={DAY_REASON_MAX}
          rows={2}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {short && (
        <p role="alert" className={classes['wrong']}>
          {t('common/reasonShort')}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      {!isSettled && (
        <div className={classes['buttons']}>
          <Button type="submit">
            {last === undefined ? t('day/sign') : t('day/signAgain', { number: last.number + 1 })}
          </Button>
        </div>
      )}
      {isSettled && mustExplain && (
        <div className={classes['buttons']}>
          <Button variant="default" onClick={() => setAgain(true)}>
            {t('day/again')}
          </Button>
        </div>
      )}
    </form>
  );
}

function Sheets({ sheets, onOpen }: { sheets: readonly SheetRow[]; onOpen: (sheet: Opened) => void }) {
  const { t, f } = useWords();
  const now = useNow();
  return (
    <section className={classes['card']} aria-labelledby="sheets-title">
      <h2 id="sheets-title">{t('day/sheets')}</h2>
      {sheets.length === 0 && <p className={classes['quiet']}>{t('day/sheetsNone')}</p>}
      {sheets.length > 0 && (
        <ScrollRegion className={classes['sheets']} aria-label={t('day/sheetsList')}>
          <ul>
            {sheets.map((sheet) => {
              const name = t('day/sheetOf', { date: f.date(`${sheet.date}T12:00`), number: sheet.number });
              return (
                <li key={`${sheet.date} ${sheet.number}`}>
                  <div>
                    {name}
                    <small>
                      {t('day/sheetBy', { by: sheet.by, time: f.moment(sheet.closedAt, now) })}
                      {' · '}
                      {t('day/sheetRecorded', { many: f.number(sheet.recorded) })}
                      {sheet.late > 0 && ` · ${t('day/sheetLate', { many: f.number(sheet.late) })}`}
                    </small>
                  </div>
                  <Button
                    variant="default"
                    aria-label={t('day/openOf', { sheet: name })}
                    onClick={() => onOpen(sheet)}
                  >
                    {t('day/open')}
                  </Button>
                </li>
              );
            })}
          </ul>
        </ScrollRegion>
      )}
    </section>
  );
}

/** The day's count sheet, station against center: what differs, what to do about it, and the closing itself. */
export default function Day() {
  const { t, f } = useWords();
  const [date, setDate] = useState<string | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const query = useDay(date);
  useEscape(() => {
    if (opened === null) go('supervisor');
  });
  const { data } = query;
  return (
    <div className={classes['screen']}>
      <PageHead title={t('day/title')} lead={t('day/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <p className={classes['quiet']}>{t('common/loading')}</p>}
      {data !== undefined && (
        <>
          <div className={classes['row']}>
            <p className={classes['date']}>{f.date(`${data.day.date}T12:00`)}</p>
            {data.unclosed !== null && data.day.date !== data.unclosed && (
              <Button variant="default" onClick={() => setDate(data.unclosed)}>
                {t('day/toUnclosed', { date: f.date(`${data.unclosed}T12:00`) })}
              </Button>
            )}
            {data.day.date !== data.today && (
              <Button variant="default" onClick={() => setDate(null)}>
                {t('day/toToday')}
              </Button>
            )}
          </div>
          <div className={classes['columns']}>
            <section className={classes['card']} aria-labelledby="count-title">
              <h2 id="count-title">{t('day/count')}</h2>
              <CountTable day={data.day} />
            </section>
            <div className={classes['column']}>
              <section className={classes['card']} aria-labelledby="differences-title">
                <h2 id="differences-title">{t('day/differences')}</h2>
                <Compare center={data.day.center} />
                <Differences differences={data.differences} />
              </section>
              <Close key={data.day.date} data={data} onClosed={setOpened} />
              <Sheets sheets={data.sheets} onOpen={setOpened} />
            </div>
          </div>
        </>
      )}
      {opened !== null && <SheetDialog opened={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}
