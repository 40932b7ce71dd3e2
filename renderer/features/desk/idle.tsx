import { Button } from '@mantine/core';
import { IconCornerDownLeft, IconIdBadge2 } from '@tabler/icons-react';
import { useState } from 'react';
import { ROOM_NEEDED, ROOM_TOLD } from '../../../app/desk/room.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { TicketRow } from '../../../app/ipc/contract.ts';
import { useApp } from '../../app-state.ts';
import { useNow } from '../../clock.ts';
import { useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { MirrorCall } from '../mirror/mirror.tsx';
import arrival from './arrival.module.css';
import { Continue } from './continue.tsx';
import { DeferForm } from './defer-form.tsx';
import { openDraft, showTasks, useDesk } from './desk-store.ts';
import classes from './desk.module.css';
import { TASKS_KEY, useTasks } from './tasks.ts';
import { serveTicket, setTicket, type NextTurn } from './tickets.ts';

type Tickets = readonly TicketRow[] | undefined;

/** Whose turn it is: the number that was called, or the one to call. */
function Turn({ next, tickets }: { next: NextTurn; tickets: Tickets }) {
  const { t, f } = useWords();
  const now = useNow();
  const { row } = next;
  const called = next.state === 'serving';
  const [deferring, setDeferring] = useState(false);
  usePrimaryKey(deferring ? null : next.run);
  return (
    <>
      <section className={arrival['turn']} aria-label={t(called ? 'ticketState/called' : 'ticket/nextUp')}>
        <p className={arrival['what']}>
          {called && row.calledAt !== null
            ? t('ticket/calledAt', { time: f.time(row.calledAt) })
            : t('ticket/nextUp')}
        </p>
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
          {called ? (
            <>
              <Button variant="default" onClick={() => void setTicket(row, { state: 'absent' })}>
                {t('ticket/absent')}
              </Button>
              <Button variant="default" disabled={deferring} onClick={() => setDeferring(true)}>
                {t('ticket/deferred')}
              </Button>
            </>
          ) : (
            <Button variant="default" onClick={() => void serveTicket(row)}>
              {t('ticket/serve')}
            </Button>
          )}
          <Continue tickets={tickets} />
        </div>
        <div className={classes['actions']}>
          <Button
            onClick={next.run}
            disabled={deferring}
            rightSection={<IconCornerDownLeft size={16} aria-hidden />}
          >
            {called ? t('ticket/serve') : t('ticket/callNumber', { number: row.number })}
          </Button>
        </div>
      </footer>
    </>
  );
}

/** What the center sent back, wherever nobody waits at the desk for the operator's hands. */
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
  next,
  tickets,
}: {
  opening: boolean;
  next: NextTurn | null;
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
        {!opening && <TasksCall />}
      </div>
      {next !== null && !opening ? (
        <Turn key={`${next.row.number} ${next.state}`} next={next} tickets={tickets} />
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
