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
import type { TicketRow } from '../../../app/ipc/contract.ts';
import type { Step } from '../../../app/enrollment/biometrics.ts';
import { useNowAs } from '../../clock.ts';
import { useEscape } from '../../components/keys.ts';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { chooseTicket, useDesk } from './desk-store.ts';
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
  withdrawn: { tone: 'waiting', icon: IconUserOff },
  done: { tone: 'safe', icon: IconCircleCheck },
};
/** What is offered by hand, in this order; the rules leave out what makes no sense. */
const OFFERED: readonly Exclude<StateByHand, 'deferred'>[] = ['called', 'absent', 'waiting', 'withdrawn'];

/** Word and icon of the state, and the one thing worth knowing about it. */
function Standing({ row }: { row: TicketRow }) {
  const { t, f } = useWords();
  const waited = useNowAs((now) => f.duration(now - Date.parse(row.arrivedAt)));
  const more: Readonly<Record<TicketState, string | null>> = {
    waiting: waited,
    called: row.calledAt === null ? null : f.time(row.calledAt),
    // Of the one at the desk the rail tells the step, and tells it sooner.
    serving: null,
    deferred: row.reason,
    absent: row.calledAt === null ? null : f.time(row.calledAt),
    carried: row.carriedTo === null ? null : placeText(row.carriedTo, { t, f }),
    withdrawn: null,
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

/** Beside an enrollment that is open: of anybody else the work area has the buttons. */
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
  // While the form is open Escape is the form's.
  useEscape(close);
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
  const { number } = row;
  return (
    <fieldset ref={box} className={classes['actions']} aria-label={t('ticket/actions', { number })}>
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
          {t('ticket/serveNumber', { number })}
        </button>
      )}
      {offered.map((state) => (
        <button key={state} type="button" className={classes['action']} onClick={() => act(state)}>
          {t(state === 'called' ? 'ticket/callNumber' : `ticket/${state}`, { number })}
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

/** Stepped aside in the middle of an enrollment: nobody sits at the desk, and the draft waits. */
export function isAside(row: TicketRow, openId: string | null): boolean {
  return row.state === 'serving' && row.packetId !== null && row.packetId !== openId;
}

/** A draft that was put aside, of somebody with a number: one touch opens it. */
export function DraftTicket({ row, step }: { row: TicketRow; step: Step | null }) {
  const { t } = useWords();
  const word = step === null ? t('desk/draft') : t('desk/draftAt', { step: t(`step/${step}`) });
  return (
    <li>
      <button type="button" className={classes['row']} onClick={() => void serveTicket(row)}>
        <span className={classes['number']}>{row.number}</span>
        <Person name={row.nama}>
          <small className={classes['standing']}>
            <StateMark tone="waiting" icon={IconProgress}>
              {word}
            </StateMark>
          </small>
        </Person>
      </button>
    </li>
  );
}

function Ticket({ row, current, selected }: { row: TicketRow; current: boolean; selected: boolean }) {
  const working = useDesk((state) => state.view.kind === 'working');
  const button = useRef<HTMLButtonElement>(null);
  const content = (
    <>
      <span className={classes['number']}>{row.number}</span>
      <Person name={row.nama}>
        <Standing row={row} />
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
  return (
    <li data-selected={selected}>
      <button
        ref={button}
        type="button"
        className={classes['row']}
        aria-current={current ? 'true' : undefined}
        {...(working ? { 'aria-expanded': selected } : { 'aria-pressed': selected })}
        onClick={() => void chooseTicket(selected ? null : row.number)}
      >
        {content}
      </button>
      {selected && working && (
        <Actions
          key={row.state}
          row={row}
          current={current}
          close={() => {
            button.current?.focus();
            void chooseTicket(null);
          }}
        />
      )}
    </li>
  );
}

/** Those at the desk and in the waiting room by number, then who was put off or not there, and below who is done. */
export function TicketList({ tickets, openId }: { tickets: readonly TicketRow[]; openId: string | null }) {
  const { t, f } = useWords();
  const chosen = useDesk((state) => state.chosen);
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
          current={row.packetId !== null && row.packetId === openId}
          selected={row.number === chosen}
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
