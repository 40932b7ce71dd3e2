import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { nextWaiting } from '../../../app/desk/ticket.ts';
import type { Response, TicketRow } from '../../../app/ipc/contract.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { useArrivalWords } from './arrival-words.ts';
import { openDraft, useDesk, type Told } from './desk-store.ts';
import { CarryOver } from './carry-over.tsx';
import { FindBox } from './find-box.tsx';
import { PersonButton } from './person.tsx';
import classes from './queue.module.css';
import { SummonsList } from './summons-list.tsx';
import { DraftTicket, isAside, TicketList } from './ticket-list.tsx';
import { callTicket, CALL_KEY } from './tickets.ts';

type Today = Response<'desk.today'>;

/** Enrollments that were put aside: of who has a number today, then those of other days. */
function Drafts({
  tickets,
  drafts,
  loose,
  openId,
}: {
  tickets: readonly TicketRow[];
  drafts: Response<'drafts.list'>;
  loose: Response<'drafts.list'>;
  openId: string | null;
}) {
  const { t, f } = useWords();
  const now = useNow();
  return (
    <ul>
      {tickets.map((row) => (
        <DraftTicket
          key={row.number}
          row={row}
          step={drafts.find((draft) => draft.packetId === row.packetId)?.step ?? null}
        />
      ))}
      {loose.map((row) => (
        <li key={row.packetId}>
          <PersonButton
            name={row.nama}
            note={`${t('desk/draftAt', { step: t(`step/${row.step}`) })} · ${f.moment(row.updatedAt, now)}`}
            current={row.packetId === openId}
            open={() => void openDraft(row.packetId)}
          />
        </li>
      ))}
    </ul>
  );
}

/** What became of the last number that was asked for; else how many wait. Always one line, so that nothing moves. */
function Telling({ told, waiting }: { told: Told | null; waiting: number }) {
  const { t, f } = useWords();
  const say = useArrivalWords();
  if (told === null) {
    return (
      <output className={classes['telling']}>{t('ticket/waitingCount', { many: f.number(waiting) })}</output>
    );
  }
  const textOf = () => {
    switch (told.kind) {
      case 'number':
        return t('ticket/given', told);
      case 'numbered':
        return t('ticket/numbered', told);
      case 'withdrawn':
        return t('ticket/takenBack', told);
      case 'dropped':
        return t('desk/dropped', told);
      case 'refused': {
        const { who, title } = say(told.checked);
        return t('ticket/refused', { nama: who, why: title });
      }
    }
  };
  const text = textOf();
  return (
    <output className={classes['telling']} title={text}>
      <StateMark tone={told.kind === 'refused' ? 'act' : 'safe'}>{text}</StateMark>
    </output>
  );
}

function Lists({
  today,
  drafts,
}: {
  today: UseQueryResult<Today>;
  drafts: UseQueryResult<Response<'drafts.list'>>;
}) {
  const { t, f } = useWords();
  const openId = useDesk((state) =>
    state.view.kind === 'working' ? state.view.work.state().draft.packetId : null,
  );
  const { data } = today;
  const aside = (data?.tickets ?? []).filter((row) => isAside(row, openId));
  const numbered = new Set(data?.tickets.filter((row) => row.state !== 'done').map((row) => row.nik));
  const loose = (drafts.data ?? []).filter((row) => !numbered.has(row.nik));
  return (
    <>
      {today.isError && <ErrorNotice error={shapeOf(today.error)} onRetry={() => void today.refetch()} />}
      <h3 className={classes['title']}>{t('desk/tickets')}</h3>
      {data === undefined || data.tickets.length === 0 ? (
        <p className={classes['note']}>{t(today.isPending ? 'common/loading' : 'desk/ticketsEmpty')}</p>
      ) : (
        <TicketList tickets={data.tickets.filter((row) => !isAside(row, openId))} openId={openId} />
      )}
      {aside.length + loose.length > 0 && (
        <>
          <h3 className={classes['title']}>
            {t('desk/drafts', { many: f.number(aside.length + loose.length) })}
          </h3>
          <Drafts tickets={aside} drafts={drafts.data ?? []} loose={loose} openId={openId} />
        </>
      )}
      <h3 className={classes['title']}>
        {t('desk/summons')}
        {data !== undefined && data.summonsTotal > 0 && (
          <small>{t('desk/summonsLeft', { many: f.number(data.summonsTotal) })}</small>
        )}
      </h3>
      {data === undefined || data.groups.length === 0 ? (
        <p className={classes['note']}>{t(today.isPending ? 'common/loading' : 'desk/summonsEmpty')}</p>
      ) : (
        <SummonsList groups={data.groups} />
      )}
    </>
  );
}

/**
 * Who comes to the desk today.
 * @param onEnter what Enter does in an empty find box
 */
export function Queue({ today, onEnter }: { today: UseQueryResult<Today>; onEnter: (() => void) | null }) {
  const { t, f } = useWords();
  const now = useNow();
  const told = useDesk((state) => state.told);
  const drafts = useQuery({
    queryKey: ['desk', 'drafts'],
    queryFn: () => ask(station.drafts.list(undefined)),
  });
  const { data } = today;
  const next = nextWaiting(data?.tickets ?? []);
  const waiting = data?.tickets.filter((row) => row.state === 'waiting').length ?? 0;
  return (
    <section className={classes['queue']} aria-labelledby="queue-title">
      <h2 id="queue-title" className={classes['heading']}>
        {t('desk/queue')}
        {data !== undefined && <small>{f.date(`${data.date}T12:00:00`)}</small>}
      </h2>
      <FindBox today={data?.date ?? new Date(now).toISOString().slice(0, 10)} onEnter={onEnter}>
        <Lists today={today} drafts={drafts} />
      </FindBox>
      <footer className={classes['footer']}>
        <Telling told={told} waiting={waiting} />
        <button
          type="button"
          className={classes['next']}
          aria-keyshortcuts={CALL_KEY}
          disabled={next === null}
          onClick={() => next !== null && void callTicket(next)}
        >
          {t(next === null ? 'ticket/nextNone' : 'ticket/next')}
          <kbd aria-hidden>{CALL_KEY}</kbd>
        </button>
        {data !== undefined && <CarryOver today={data.date} tickets={data.tickets} />}
      </footer>
    </section>
  );
}
