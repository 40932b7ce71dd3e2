import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  DAYS_OFFERED,
  isUnserved,
  mayCarryTo,
  nextPlace,
  plusDays,
  type Place,
} from '../../../app/desk/carry-over.ts';
import { overBy } from '../../../app/desk/schedule.ts';
import { SESSIONS } from '../../../app/desk/ticket.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { useEscape, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './carry-over.module.css';
import { refreshQueue } from './desk-store.ts';
import { placeText } from './place-words.ts';

type Tickets = Response<'desk.today'>['tickets'];

/** What was done a moment ago, for its sentence. */
type Done = { readonly kind: 'carried'; readonly to: Place } | { readonly kind: 'back' };

/** How full that session is already, and whether it serves these too; spoken, as the rest of the page is silent here. */
function Room({ to, many }: { to: Place; many: number }) {
  const { t, f } = useWords();
  const { data, error, isFetching } = useQuery({
    queryKey: ['desk', 'places'],
    queryFn: () => ask(station.desk.places(undefined)),
  });
  // What was true before somebody was moved would be added to them again.
  if (isFetching) return <p>{t('common/loading')}</p>;
  if (data === undefined) return error === null ? null : <ErrorNotice error={shapeOf(error)} />;
  const place = data.taken.find(({ date, session }) => date === to.date && session === to.session);
  const taken = place?.count ?? 0;
  const capacity = data.capacity[to.session];
  const over = overBy(taken + many, capacity);
  const words = {
    taken: f.number(taken),
    capacity: f.number(capacity),
    sum: f.number(taken + many),
    over: f.number(over),
  };
  if (over > 0) return <Notice tone="act">{t('carry/over', words)}</Notice>;
  return <output className={classes['room']}>{t('carry/fits', words)}</output>;
}

function CarryDialog({ today, tickets, onClose }: { today: string; tickets: Tickets; onClose: () => void }) {
  const { t, f } = useWords();
  const [to, setTo] = useState<Place>(nextPlace(today));
  const [done, setDone] = useState<(Done & { readonly moved: number }) | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => dialog.current?.close();
  const unserved = tickets.filter(({ state }) => isUnserved(state)).length;
  const carried = tickets.filter(({ state }) => state === 'carried').length;
  const serving = tickets.filter(({ state }) => state === 'serving').length;
  const mayCarry = unserved > 0 && mayCarryTo(to, today);

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    if (!busy) button.current?.focus();
  }, [busy]);

  const act = async (what: Done, call: () => ReturnType<typeof station.desk.carryBack>) => {
    if (busy) return;
    setBusy(true);
    const result = await answer(call());
    setBusy(false);
    setError(result.ok ? null : result.error);
    if (result.ok) setDone({ ...what, moved: result.value.moved });
    refreshQueue();
  };
  const carry = () => void act({ kind: 'carried', to }, () => station.desk.carryOver(to));
  const back = () => void act({ kind: 'back' }, () => station.desk.carryBack(undefined));
  useEscape(close);
  usePrimaryKey(busy ? null : mayCarry ? carry : close);

  const days = Array.from({ length: DAYS_OFFERED + 1 }, (_, days) => plusDays(today, days));
  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="carry-title" onClose={onClose}>
      <div className={classes['body']}>
        <h2 id="carry-title">{t('carry/title')}</h2>
        <p>
          {t(unserved === 0 ? 'carry/nobody' : 'carry/lead', { count: unserved, many: f.number(unserved) })}{' '}
          {serving > 0 && t('carry/serving', { count: serving, many: f.number(serving) })}
        </p>
        {unserved > 0 && (
          <div className={classes['fields']}>
            <NativeSelect
              label={t('carry/date')}
              value={to.date}
              onChange={(event) => setTo({ ...to, date: event.currentTarget.value })}
            >
              {days.map((date) => (
                <option key={date} value={date}>
                  {f.date(`${date}T12:00:00`)}
                </option>
              ))}
            </NativeSelect>
            <NativeSelect
              label={t('carry/session')}
              value={to.session}
              onChange={(event) => {
                const session = SESSIONS.find((name) => name === event.currentTarget.value);
                if (session !== undefined) setTo({ ...to, session });
              }}
            >
              {SESSIONS.map((session) => (
                <option key={session} value={session}>
                  {t(`desk/${session}`)}
                </option>
              ))}
            </NativeSelect>
          </div>
        )}
        {unserved > 0 && !mayCarryTo(to, today) && <p role="alert">{t('carry/past')}</p>}
        {mayCarry && <Room to={to} many={unserved} />}
        {error !== null && <ErrorNotice error={error} />}
        {/* Of its own: what stands behind an open dialog is silent. */}
        <output className={classes['done']}>
          {done?.kind === 'carried' &&
            t('carry/done', {
              count: done.moved,
              many: f.number(done.moved),
              place: placeText(done.to, { t, f }),
            })}
          {done?.kind === 'back' && t('carry/undone', { count: done.moved, many: f.number(done.moved) })}
          {done === null && carried > 0 && t('carry/already', { count: carried, many: f.number(carried) })}
        </output>
      </div>
      <div className={classes['actions']}>
        {carried > 0 && (
          <Button variant="default" className={classes['first']} disabled={busy} onClick={back}>
            {t('carry/undo', { count: carried, many: f.number(carried) })}
          </Button>
        )}
        {mayCarry && (
          <Button variant="default" onClick={close}>
            {t('common/cancel')}
          </Button>
        )}
        <Button
          ref={button}
          loading={busy}
          onClick={mayCarry ? carry : close}
          disabled={unserved > 0 && !mayCarry}
          rightSection={<EnterMark />}
          {...LANDING}
        >
          {unserved > 0
            ? t('carry/confirm', { count: unserved, many: f.number(unserved) })
            : t('carry/close')}
        </Button>
      </div>
    </dialog>
  );
}

/** All who wait to another day in one act: when the power fails, or the day ends before the queue does. */
export function CarryOver({ today, tickets }: { today: string; tickets: Tickets }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const onBattery = useStatus((status) => status?.power.source === 'battery');
  const concerns = tickets.some(({ state }) => isUnserved(state) || state === 'carried');
  if (!concerns && !open) return null;
  return (
    <>
      <button
        type="button"
        className={classes['open']}
        data-urgent={onBattery || undefined}
        onClick={() => setOpen(true)}
      >
        {t('carry/open')}
      </button>
      {open && <CarryDialog today={today} tickets={tickets} onClose={() => setOpen(false)} />}
    </>
  );
}
