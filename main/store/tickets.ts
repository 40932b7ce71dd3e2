import { ticketAct } from '../../app/desk/audit.ts';
import { numbersOf, ticketAfter, type TicketEvent, type TicketState } from '../../app/desk/ticket.ts';
import { RekamError } from '../../app/errors.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { AccountId, PacketId } from '../../app/ids.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { appendFact } from './journal.ts';
import { peerTicketOf } from './peers.ts';
import { readStation } from './station.ts';

export interface StoredTicket {
  readonly date: string;
  readonly number: number;
  readonly nik: string;
  readonly state: TicketState;
  readonly reason: string | null;
}

export function ticketsOf(db: Reader, packetId: PacketId): StoredTicket[] {
  return db.all<StoredTicket>(
    'SELECT date, number, nik, state, reason FROM ticket WHERE packet_id = ? ORDER BY date, number',
    packetId,
  );
}

interface Take {
  readonly date: string;
  readonly nik: string;
  readonly by: AccountId;
  readonly now: number;
}

/** The resident's ticket of that day. */
export function ticketOf(db: Reader, date: string, nik: string): StoredTicket | undefined {
  return db.get<StoredTicket>(
    'SELECT date, number, nik, state, reason FROM ticket WHERE date = ? AND nik = ?',
    date,
    nik,
  );
}

/** A number for who has come; whoever has one keeps it, and waits again after being put off or not there. */
export function arriveTicket(tx: Writer, take: Take): number {
  return moveOrAdd(tx, take, 'arrive');
}

/** The ticket of who is served now, with the draft that this leads to. */
export function takeTicket(tx: Writer, take: Take & { readonly packetId: PacketId }): number {
  const number = moveOrAdd(tx, take, 'serve');
  tx.run('UPDATE ticket SET packet_id = ? WHERE date = ? AND number = ?', take.packetId, take.date, number);
  return number;
}

function moveOrAdd(tx: Writer, take: Take, event: 'arrive' | 'serve'): number {
  const own = ticketOf(tx, take.date, take.nik);
  if (own !== undefined) {
    changeTicket(tx, own, event, null, take.by, take.now);
    return own.number;
  }
  const ticket: StoredTicket = {
    date: take.date,
    number: keptNumber(tx, take) ?? nextNumber(tx, take.date),
    nik: take.nik,
    state: event === 'serve' ? 'serving' : 'waiting',
    reason: null,
  };
  tx.run(
    'INSERT INTO ticket(date, number, nik, state, called_at, arrived_at) VALUES (?, ?, ?, ?, ?, ?)',
    ticket.date,
    ticket.number,
    ticket.nik,
    ticket.state,
    event === 'serve' ? take.now : null,
    take.now,
  );
  tellOf(tx, ticket, take.by, take.now);
  return ticket.number;
}

/** Whoever has a number of another desk keeps it. */
function keptNumber(tx: Reader, { date, nik }: Take): number | null {
  const there = peerTicketOf(tx, date, nik);
  if (there === undefined) return null;
  const taken = tx.get('SELECT 1 FROM ticket WHERE date = ? AND number = ?', date, there.number);
  return taken === undefined ? there.number : null;
}

/** Behind every number of this desk's own that is known to have been given, here or, before desks had their own, there. */
function nextNumber(tx: Reader, date: string): number {
  const { first, last } = numbersOf(readStation(tx)?.activation.desk ?? 1);
  const highest = (from: number, to: number) =>
    tx.get<{ n: number | null }>(
      `SELECT max(number) AS n FROM (SELECT number FROM ticket WHERE date = @date
         UNION ALL SELECT number FROM peer_ticket WHERE date = @date) WHERE number BETWEEN @from AND @to`,
      { date, from, to },
    )?.n ?? from - 1;
  const next = highest(first, last) + 1;
  return next <= last ? next : highest(1, Number.MAX_SAFE_INTEGER) + 1;
}

/**
 * Nothing is written, audited or told when the event says nothing new.
 * @param reason of being put off; no other state keeps one
 * @throws RekamError `request.invalid` for what cannot happen to a ticket in this state
 */
export function changeTicket(
  tx: Writer,
  ticket: StoredTicket,
  event: TicketEvent,
  reason: string | null,
  by: AccountId,
  now: number,
): void {
  const state = ticketAfter(ticket.state, event);
  if (state === null) throw new RekamError('request.invalid');
  const changed = state !== ticket.state;
  if (!changed && (event !== 'defer' || ticket.reason === reason)) return;
  const why = state === 'deferred' ? reason : null;
  // Who was called and then served was called once; who waits again has come again.
  const calls = state === 'called' || (state === 'serving' && ticket.state !== 'called');
  const comes = state === 'waiting' && ticket.state !== 'called' && ticket.state !== 'serving';
  tx.run(
    `UPDATE ticket SET state = ?, reason = ?, called_at = CASE WHEN ? THEN ? ELSE called_at END,
       arrived_at = CASE WHEN ? THEN ? ELSE arrived_at END
     WHERE date = ? AND number = ?`,
    state,
    why,
    Number(calls),
    now,
    Number(comes),
    now,
    ticket.date,
    ticket.number,
  );
  tellOf(tx, { ...ticket, state, reason: why }, by, now);
}

function tellOf(tx: Writer, ticket: StoredTicket, by: AccountId, now: number): void {
  const { date, number, state, reason } = ticket;
  const nik = nikSchema.parse(ticket.nik);
  appendFact(tx, { type: 'ticket', date, number, nik, state, reason }, now);
  audit(tx, { at: now, by, what: ticketAct(state), subject: nik, detail: `${date} ${number}` });
}
