import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { nextWaiting } from '../../../app/desk/ticket.ts';
import { localDay } from '../../../app/local-day.ts';
import { useApp } from '../../app-state.ts';
import { useKeys } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { Arrival } from './arrival.tsx';
import { chooseTicket, leave, offerCopies, refreshQueue, useDesk } from './desk-store.ts';
import classes from './desk.module.css';
import { Idle } from './idle.tsx';
import { Queue } from './queue.tsx';
import { Recorded } from './recorded.tsx';
import { TasksView } from './tasks-view.tsx';
import { CALL_KEY, callTicket, nextTurn, turnOf } from './tickets.ts';
import { WorkArea } from './work-area.tsx';

export default function Desk() {
  const { t } = useWords();
  const view = useDesk((state) => state.view);
  const setting = useApp((state) => state.info?.policy?.stepOrder);
  const today = useQuery({ queryKey: ['desk', 'today'], queryFn: () => ask(station.desk.today(undefined)) });
  useNews();
  const chosen = useDesk((state) => state.chosen);
  const row = today.data?.tickets.find(({ number }) => number === chosen) ?? null;
  const turn = row === null ? nextTurn(today.data?.tickets) : turnOf(row);
  useKeys({
    Escape: () => void (row === null || view.kind === 'working' ? leave() : chooseTicket(null)),
    [CALL_KEY]: () => {
      const waiting = nextWaiting(today.data?.tickets ?? []);
      if (waiting !== null) void callTicket(waiting);
    },
  });

  return (
    <div className={classes['desk']} data-working={view.kind === 'working'}>
      <Queue today={today} onEnter={view.kind === 'idle' ? (turn?.run ?? null) : null} />
      {view.kind === 'working' ? (
        <WorkArea
          key={view.work.state().draft.packetId}
          work={view.work}
          opening={view.opening}
          beside={view.beside}
          setting={setting}
          today={today.data?.date ?? localDate()}
        />
      ) : (
        <section className={classes['work']} aria-label={t('desk/work')}>
          {view.kind === 'recorded' ? (
            <Recorded recorded={view.recorded} today={today.data} />
          ) : view.kind === 'tasks' ? (
            <TasksView packetId={view.packetId} closed={view.closed} />
          ) : view.kind === 'arrival' ? (
            <Arrival checked={view.checked} />
          ) : (
            <Idle
              opening={view.kind === 'opening'}
              turn={turn}
              chosen={row !== null}
              tickets={today.data?.tickets}
            />
          )}
        </section>
      )}
    </div>
  );
}

/** Whatever the queue shows may be another by a new day, a corrected clock, or what came from the center. */
function useNews(): void {
  const date = useStatus((status) => status?.today ?? null);
  const cursor = useStatus((status) => status?.reference.cursor ?? null);
  const seen = useRef({ date, cursor });
  useEffect(() => {
    const before = seen.current;
    seen.current = { date, cursor };
    if (before.date !== date || before.cursor !== cursor) refreshQueue();
    if (before.cursor !== cursor) void offerCopies();
  }, [date, cursor]);
}

/** The computer's date, only until main has told the desk's. */
function localDate(): string {
  return localDay(Date.now());
}
