import { lastCalled, nextWaiting, type StateByHand } from '../../../app/desk/ticket.ts';
import type { Request, TicketRow } from '../../../app/ipc/contract.ts';
import { announce } from '../../components/announcer.tsx';
import { words } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import { checkIn, mayRecord } from './check-in.ts';
import {
  chooseTicket,
  deskNow,
  leave,
  openDraft,
  openResident,
  refreshQueue,
  setQuery,
  tell,
  tellError,
  turnEnded,
} from './desk-store.ts';

/** One key calls the next number at any time; it types nothing, so it works in a text field too. */
export const CALL_KEY = 'Insert';

type Change = DistributiveOmit<Request<'desk.ticket'>, 'date' | 'number'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Puts a ticket into another state. An enrollment that is open for it is left first: its draft stays. */
export async function setTicket(row: TicketRow, change: Change): Promise<boolean> {
  const { view } = deskNow();
  const open = view.kind === 'working' && view.work.state().draft.packetId === row.packetId;
  if (open && !(await leave())) return false;
  const result = await answer(station.desk.ticket({ ...change, date: row.date, number: row.number }));
  refreshQueue();
  if (!result.ok) {
    tellError(result.error);
    return false;
  }
  const isWithdrawn = change.state === 'withdrawn';
  tell(isWithdrawn ? { kind: 'withdrawn', number: row.number, nama: row.nama } : null);
  await chooseTicket(null);
  if (isWithdrawn || change.state === 'deferred' || change.state === 'absent') turnEnded();
  const { t } = words();
  announce(
    t('ticket/announce', { number: row.number, nama: row.nama, state: t(`ticketState/${change.state}`) }),
  );
  return true;
}

export async function callTicket(row: TicketRow): Promise<void> {
  if (!(await setTicket(row, { state: 'called' }))) return;
  // What was called stands in the work area, unless somebody is being served there.
  if (deskNow().view.kind !== 'working') await leave();
}

/** Once more for who was called and has not come: the time of the call is the new one. */
export async function callAgain(row: TicketRow): Promise<void> {
  if (await setTicket(row, { state: 'waiting' })) await callTicket(row);
}

/** To the desk: the draft that is open for this ticket, else through the pre-check. */
export function serveTicket(row: TicketRow): Promise<void> {
  return row.state === 'serving' && row.packetId !== null ? openDraft(row.packetId) : openResident(row.nik);
}

/** The one next thing while nobody is being served: who was called comes to the desk, else the next number is called. */
export interface NextTurn {
  readonly row: TicketRow;
  readonly state: Extract<StateByHand, 'called'> | 'serving';
  readonly run: () => void;
}

/** @param except a NIK that is done with, whatever the list still says */
export function nextTurn(tickets: readonly TicketRow[] | undefined, except?: string): NextTurn | null {
  const rows = (tickets ?? []).filter((row) => row.nik !== except);
  const row = lastCalled(rows) ?? nextWaiting(rows);
  return row === null ? null : turnOf(row);
}

/** Who waits is called first; whoever was called, put off or not there stands at the desk by now. */
export function turnOf(row: TicketRow): NextTurn {
  return row.state === 'waiting'
    ? { row, state: 'called', run: () => void callTicket(row) }
    : { row, state: 'serving', run: () => void serveTicket(row) };
}

/** A number without serving. Who cannot be recorded gets none, and the desk says why. */
export async function giveNumber(nik: string): Promise<void> {
  // At once: what is typed while main answers is the next one already.
  setQuery('');
  const checked = await checkIn(nik);
  if (!checked.ok) return tellError(checked.error);
  if (!mayRecord(checked.value.arrival)) {
    // An enrollment that is open keeps its place: the reason stands at the queue then.
    if (deskNow().view.kind === 'working') tell({ kind: 'refused', checked: checked.value });
    else await openResident(nik);
    return;
  }
  const before = checked.value.resident?.ticket?.state;
  const isThere = before === 'waiting' || before === 'called' || before === 'serving';
  const given = await answer(station.desk.arrive({ nik }));
  if (!given.ok) return tellError(given.error);
  const { number, nama } = given.value;
  tell({ kind: isThere ? 'numbered' : 'number', number, nama });
  refreshQueue();
}
