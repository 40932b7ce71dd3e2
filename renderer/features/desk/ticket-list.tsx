import {
  IconCalendarTime,
  IconCircleCheck,
  IconClock,
  IconPlayerPause,
  IconProgress,
  IconSpeakerphone,
  IconUserOff,
  type Icon,
} from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { maySet, type StateByHand, type TicketState } from '../../../app/desk/ticket.ts';
import type { Response, TicketRow } from '../../../app/ipc/contract.ts';
import { useNowAs } from '../../clock.ts';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { DeferForm } from './defer-form.tsx';
import { Disclosure, More, useShown } from './disclosure.tsx';
import { Person } from './person.tsx';
import classes from './queue.module.css';
import { placeText } from './place-words.ts';
import { callTicket, serveTicket, setTicket } from './tickets.ts';

const MARKS: Readonly<Record<TicketState, { readonly tone: Tone; readonly icon: Icon }>> = {
  waiting: { tone: 'waiting', icon: IconClock },
  called: { tone: 'running', icon: IconSpeakerphone },
  serving: { tone: 'running', icon: IconProgress },
  deferred: { tone: 'waiting', icon: IconPlayerPause },
  absent: { tone: 'waiting', icon: IconUserOff },
  carried: { tone: 'waiting', icon: IconCalendarTime },
  done: { tone: 'safe', icon: IconCircleCheck },
};
/** What is offered by hand, in this order; the rules leave out what makes no sense. */
const OFFERED: readonly Exclude<StateByHand, 'deferred'>[] = ['called', 'absent', 'waiting'];

type Drafts = Response<'drafts.list'>;

/** Word and icon of the state, and the one thing worth knowing about it. */
function Standing({ row, drafts, current }: { row: TicketRow; drafts: Drafts; current: boolean }) {
  const { t, f } = useWords();
  const waited = useNowAs((now) => f.duration(now - Date.parse(row.arrivedAt)));
  const step = drafts.find((draft) => draft.packetId === row.packetId)?.step;
  const more: Readonly<Record<TicketState, string | null>> = {
    waiting: waited,
    called: row.calledAt === null ? null : f.time(row.calledAt),
    // Of the one at the desk the rail tells the step, and tells it sooner.
    serving: step === undefined || current ? null : t(`step/${step}`),
    deferred: row.reason,
    absent: row.calledAt === null ? null : f.time(row.calledAt),
    carried: row.carriedTo === null ? null : placeText(row.carriedTo, { t, f }),
    done: null,
  };
  const { tone, icon } = MARKS[row.state];
  return (
    <small className={classes['standing']}>
      <StateMark tone={tone} icon={icon}>
        {t(`ticketState/${row.state}`)}
      </StateMark>
      {more[row.state] !== null && <span>{more[row.state]}</span>}
    </small>
  );
}

function Actions({ row, current, close }: { row: TicketRow; current: boolean; close: () => void }) {
  const { t } = useWords();
  const [deferring, setDeferring] = useState(false);
  const box = useRef<HTMLFieldSetElement>(null);
  const deferButton = useRef<HTMLButtonElement>(null);
  const back = useRef(false);
  useEffect(() => box.current?.querySelector('button')?.focus(), []);
  useEffect(() => {
    if (!deferring && back.current) deferButton.current?.focus();
  }, [deferring]);
  // Whoever sits at the desk need not be called to it.
  const offered = OFFERED.filter((state) => maySet(row.state, state) && !(current && state === 'called'));
  if (deferring) {
    return (
      <DeferForm
        row={row}
        close={() => {
          setDeferring(false);
          back.current = true;
        }}
        // Its buttons would take the focus, and Enter would bring the person back who was just put off.
        done={close}
      />
    );
  }
  const act = (state: Exclude<StateByHand, 'deferred'>) => {
    close();
    void (state === 'called' ? callTicket(row) : setTicket(row, { state }));
  };
  return (
    <fieldset
      ref={box}
      className={classes['actions']}
      aria-label={t('ticket/actions', { number: row.number })}
    >
      {!current && (
        <button
          type="button"
          className={classes['action']}
          data-primary
          onClick={() => {
            close();
            void serveTicket(row);
          }}
        >
          {t(row.packetId === null ? 'ticket/serve' : 'ticket/resume')}
        </button>
      )}
      {offered.map((state) => (
        <button key={state} type="button" className={classes['action']} onClick={() => act(state)}>
          {t(state === 'called' ? 'ticket/call' : `ticket/${state}`)}
        </button>
      ))}
      {maySet(row.state, 'deferred') && (
        <button
          ref={deferButton}
          type="button"
          className={classes['action']}
          onClick={() => setDeferring(true)}
        >
          {t('ticket/deferred')}
        </button>
      )}
    </fieldset>
  );
}

function Ticket({
  row,
  drafts,
  current,
  selected,
  select,
}: {
  row: TicketRow;
  drafts: Drafts;
  current: boolean;
  selected: boolean;
  select: (number: number | null) => void;
}) {
  const content = (
    <>
      <span className={classes['number']}>{row.number}</span>
      <Person name={row.nama}>
        <Standing row={row} drafts={drafts} current={current} />
      </Person>
    </>
  );
  if (row.state === 'done') {
    return (
      <li className={classes['row']} data-done>
        {content}
      </li>
    );
  }
  // Whoever is being served is one touch away; the touch opens the actions too.
  const open = () => {
    if (row.state === 'serving' && !current) void serveTicket(row);
    select(selected ? null : row.number);
  };
  return (
    <li data-selected={selected}>
      <button
        type="button"
        className={classes['row']}
        aria-current={current ? 'true' : undefined}
        aria-expanded={selected}
        onClick={open}
      >
        {content}
      </button>
      {selected && <Actions key={row.state} row={row} current={current} close={() => select(null)} />}
    </li>
  );
}

/** Those at the desk and in the waiting room by number, then who was put off or not there, and below who is done. */
export function TicketList({
  tickets,
  drafts,
  openId,
}: {
  tickets: readonly TicketRow[];
  drafts: Drafts;
  openId: string | null;
}) {
  const { t, f } = useWords();
  const [selected, setSelected] = useState<number | null>(null);
  const aside = (row: TicketRow) =>
    Number(row.state === 'deferred' || row.state === 'absent' || row.state === 'carried');
  const here = tickets
    .filter((row) => row.state !== 'done')
    .sort((a, b) => aside(a) - aside(b) || a.number - b.number);
  const done = tickets.filter((row) => row.state === 'done');
  const shown = useShown(here.length);
  const shownDone = useShown(done.length);
  const list = (rows: readonly TicketRow[]) => (
    <ul>
      {rows.map((row) => (
        <Ticket
          key={row.number}
          row={row}
          drafts={drafts}
          current={row.packetId !== null && row.packetId === openId}
          selected={row.number === selected}
          select={setSelected}
        />
      ))}
    </ul>
  );
  return (
    <>
      {list(here.slice(0, shown.count))}
      <More shown={shown} />
      {done.length > 0 && (
        <Disclosure label={t('ticket/done', { many: f.number(done.length) })}>
          {list(done.slice(-shownDone.count).reverse())}
          <More shown={shownDone} />
        </Disclosure>
      )}
    </>
  );
}
