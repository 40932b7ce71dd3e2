import { Button } from '@mantine/core';
import { IconIdBadge2, IconSpeakerphone } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { maySet, stillCalled } from '../../../app/desk/ticket.ts';
import { ROOM_NEEDED, ROOM_TOLD } from '../../../app/desk/room.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { TicketRow } from '../../../app/ipc/contract.ts';
import { useApp } from '../../app-state.ts';
import { useNow } from '../../clock.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { MirrorCall } from '../mirror/mirror.tsx';
import arrival from './arrival.module.css';
import { Continue } from './continue.tsx';
import { DeferForm } from './defer-form.tsx';
import { openDraft, showTasks, useDesk } from './desk-store.ts';
import classes from './desk.module.css';
import { TASKS_KEY, useTasks } from './tasks.ts';
import { callAgain, callTicket, serveTicket, setTicket, type NextTurn } from './tickets.ts';

type Tickets = readonly TicketRow[] | undefined;

/** Called before, and still not there while the next one was called: never left out of sight. */
function StillCalled({ rows }: { rows: readonly TicketRow[] }) {
  const { t } = useWords();
  const [row] = rows;
  if (row === undefined) return null;
  const { number } = row;
  return (
    <div className={arrival['stillCalled']} role="note">
      <StateMark tone="waiting" icon={IconSpeakerphone}>
        {t('ticket/stillCalled', { number })}
      </StateMark>
      <Button
        variant="default"
        aria-label={t('ticket/absentNumber', { number })}
        onClick={() => void setTicket(row, { state: 'absent' })}
      >
        {t('ticket/absent')}
      </Button>
      <Button
        variant="default"
        aria-label={t('ticket/callAgainNumber', { number })}
        onClick={() => void callAgain(row)}
      >
        {t('ticket/callAgain')}
      </Button>
    </div>
  );
}

/** What stands over the number: when it was called, whose turn it is, or how it stands with who was picked out. */
function useStanding({ row }: NextTurn, chosen: boolean): string {
  const { t, f } = useWords();
  if (row.state === 'called' && row.calledAt !== null)
    return t('ticket/calledAt', { time: f.time(row.calledAt) });
  if (!chosen) return t('ticket/nextUp');
  const state = t(`ticketState/${row.state}`);
  return row.reason === null ? state : `${state} · ${row.reason}`;
}

/** What else can be done with a number than its primary action. */
function OtherActs({ row, defer }: { row: TicketRow; defer: (() => void) | null }) {
  const { t } = useWords();
  const { number } = row;
  const others = (['absent', 'withdrawn', 'waiting'] as const).filter(
    // Whoever was called waits again by being called again.
    (state) => maySet(row.state, state) && !(state === 'waiting' && row.state === 'called'),
  );
  return (
    <>
      {row.state === 'waiting' && (
        <Button variant="default" onClick={() => void serveTicket(row)}>
          {t('ticket/serveNumber', { number })}
        </Button>
      )}
      {(row.state === 'deferred' || row.state === 'absent' || row.state === 'carried') && (
        <Button variant="default" onClick={() => void callTicket(row)}>
          {t('ticket/callNumber', { number })}
        </Button>
      )}
      {others.map((state) => (
        <Button key={state} variant="default" onClick={() => void setTicket(row, { state })}>
          {t(`ticket/${state}`)}
        </Button>
      ))}
      {maySet(row.state, 'deferred') && (
        <Button variant="default" disabled={defer === null} onClick={() => defer?.()}>
          {t('ticket/deferred')}
        </Button>
      )}
    </>
  );
}

/** Whose turn it is, the number that was called or the one to call, or who was picked out of the list. */
function Turn({ turn, chosen, tickets }: { turn: NextTurn; chosen: boolean; tickets: Tickets }) {
  const { t, f } = useWords();
  const now = useNow();
  const { row } = turn;
  const called = row.state === 'called';
  const standing = useStanding(turn, chosen);
  const [deferring, setDeferring] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) button.current?.focus();
  }, [chosen]);
  usePrimaryKey(deferring ? null : turn.run);
  return (
    <>
      <section className={arrival['turn']} aria-label={t(called ? 'ticketState/called' : 'ticket/nextUp')}>
        <p className={arrival['what']}>{standing}</p>
        <p className={arrival['bigNumber']} data-called={called}>
          <span className="visually-hidden">{t('ticket/number', { number: row.number })}</span>
          <span aria-hidden>{row.number}</span>
        </p>
        <h1 className={arrival['who']}>{row.nama === '' ? formatNik(row.nik) : row.nama}</h1>
        <p className={classes['quietText']}>
          {t('ticket/waited', { for: f.duration(now - Date.parse(row.arrivedAt)) })}
        </p>
        {deferring && (
          <DeferForm row={row} close={() => setDeferring(false)} done={() => setDeferring(false)} />
        )}
      </section>
      <footer className={classes['stepFooter']}>
        <div className={classes['quiet']}>
          <OtherActs row={row} defer={deferring ? null : () => setDeferring(true)} />
          <Continue tickets={tickets} />
        </div>
        <div className={classes['actions']}>
          <Button
            ref={button}
            onClick={turn.run}
            disabled={deferring}
            rightSection={<EnterMark />}
            {...LANDING}
          >
            {t(turn.state === 'serving' ? 'ticket/serveNumber' : 'ticket/callNumber', {
              number: row.number,
            })}
          </Button>
        </div>
      </footer>
    </>
  );
}

/** What came back, wherever nobody waits at the desk for the operator's hands. */
function TasksCall() {
  const { t, f } = useWords();
  const many = useTasks().data?.length ?? 0;
  const open = () => showTasks(null);
  useKeys({ [TASKS_KEY]: many > 0 ? open : undefined });
  if (many === 0) return null;
  return (
    <Notice tone="act" quiet action={{ label: t('task/open', { key: TASKS_KEY }), run: open }}>
      {t('task/count', { count: many, many: f.number(many) })}
    </Notice>
  );
}

/** The station had lost these drafts; this window still had them. */
function BroughtBack() {
  const { t } = useWords();
  const back = useDesk((state) => state.back);
  return back.map(({ packetId, nik, biodata }) => (
    <Notice
      key={packetId}
      tone="act"
      action={{ label: t('desk/broughtBackOpen'), run: () => void openDraft(packetId) }}
    >
      {t('desk/broughtBack', { nama: String(biodata['nama'] ?? formatNik(nik)) })}
    </Notice>
  ));
}

/** Offline is normal: said once, calmly, where nobody is being served. */
function OutageCall() {
  const { t, f } = useWords();
  const now = useNow();
  const since = useStatus((status) => (status?.link.state === 'offline' ? status.link.since : null));
  const waiting = useStatus((status) => status?.outbox.waiting ?? 0);
  if (since === null) return null;
  return <Notice quiet>{t('desk/outage', { since: f.moment(since, now), many: f.number(waiting) })}</Notice>;
}

/** Ahead of the refusal, while somebody can still bring a disk or wait for the night. */
function RoomNotice() {
  const { t, f } = useWords();
  const residents = useStatus((status) => status?.disk.residentsLeft ?? ROOM_TOLD);
  if (residents >= ROOM_TOLD) return null;
  const stops = residents < ROOM_NEEDED;
  return (
    <Notice tone={stops ? 'now' : 'act'} quiet={!stops}>
      {t(stops ? 'desk/roomGone' : 'desk/roomLow', { residents: f.number(residents) })}
    </Notice>
  );
}

/** Nobody is being served: whose turn it is, or how to begin. */
export function Idle({
  opening,
  turn,
  chosen,
  tickets,
}: {
  opening: boolean;
  turn: NextTurn | null;
  /** Picked out of the list by hand. */
  chosen: boolean;
  tickets: Tickets;
}) {
  const { t } = useWords();
  const error = useDesk((state) => state.error);
  const full = useStatus((status) => (status?.disk.residentsLeft ?? ROOM_TOLD) < ROOM_NEEDED);
  const vaultFailed = useApp((state) => state.vaultFailed);
  return (
    <div className={arrival['idle']}>
      <div className={arrival['notices']}>
        {error !== null && <ErrorNotice error={error} />}
        {error?.code !== 'disk.low' && <RoomNotice />}
        {vaultFailed && <Notice>{t('desk/vaultFailed')}</Notice>}
        {!opening && <BroughtBack />}
        {!opening && <MirrorCall />}
        {!opening && <OutageCall />}
        {!opening && <TasksCall />}
        {!opening && turn !== null && <StillCalled rows={stillCalled(tickets ?? [], turn.row)} />}
      </div>
      {turn !== null && !opening ? (
        <Turn key={`${turn.row.number} ${turn.row.state}`} turn={turn} chosen={chosen} tickets={tickets} />
      ) : (
        <div className={arrival['idleCenter']}>
          <IconIdBadge2 size={48} stroke={1.25} aria-hidden />
          <h1 className={arrival['idleTitle']}>
            {t(opening ? 'desk/opening' : full ? 'desk/fullTitle' : 'desk/idleTitle')}
          </h1>
          {!opening && <p>{t(full ? 'desk/full' : 'desk/idle')}</p>}
          {!opening && <Continue tickets={tickets} />}
        </div>
      )}
    </div>
  );
}
