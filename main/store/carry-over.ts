import { isUnserved, type Place } from '../../app/desk/carry-over.ts';
import { nikSchema, type Nik } from '../../app/enrollment/nik.ts';
import type { SessionOfDay } from '../../app/desk/ticket.ts';
import type { AccountId } from '../../app/ids.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { applyFact } from './facts.ts';
import { appendFact } from './journal.ts';
import { recordedHere } from './packets.ts';
import { isElsewhere, peerTicketOf } from './peers.ts';
import { readResident } from './residents.ts';
import { changeTicket, ticketOf, type StoredTicket } from './tickets.ts';

interface Carry {
  /** ISO date. */
  readonly from: string;
  readonly to: Place;
  /** Null: everybody with a number of that day who was not served. */
  readonly niks: readonly Nik[] | null;
  readonly by: AccountId;
  readonly now: number;
}

/**
 * Gives who was not served another place, all of them or none. Whoever is there already is not moved again, so the same
 * call may come twice. A ticket of the day stays, as carried over: who comes back to the desk after all is simply called.
 * @returns how many were moved by this call
 */
export function carryOver(tx: Writer, { from, to, niks, by, now }: Carry): { readonly moved: number } {
  const all = niks ?? ticketsOn(tx, from).flatMap(({ nik, state }) => (isUnserved(state) ? [nik] : []));
  let moved = 0;
  for (const text of all) {
    const nik = nikSchema.parse(text);
    const given = ticketOf(tx, from, nik);
    // A number that was taken back is nobody's turn: its resident is moved by name alone.
    const ticket = given?.state === 'withdrawn' ? undefined : given;
    const stays = ticket !== undefined && ticket.state !== 'carried' && !isUnserved(ticket.state);
    if (stays || recordedHere(tx, nik) !== null || isSeenTo(tx, from, nik)) continue;
    const placed = place(tx, nik, from, to, by, now);
    if (placed === 'nowhere') continue;
    const waited = ticket !== undefined && ticket.state !== 'carried';
    if (waited) changeTicket(tx, ticket, 'carry', null, by, now);
    if (waited || placed === 'moved') moved += 1;
  }
  return { moved };
}

/** Another desk of the office serves them, or has recorded them: this one's list sends nobody home from there. */
function isSeenTo(db: Reader, date: string, nik: Nik): boolean {
  return isElsewhere(peerTicketOf(db, date, nik)) || (readResident(db, nik)?.center ?? null) !== null;
}

/**
 * Takes it back: whoever was carried over from that day waits again, now, and the other place is free.
 * @param session of the day, in which they wait
 * @returns how many
 */
export function carryBack(
  tx: Writer,
  { date, session, by, now }: { date: string; session: SessionOfDay; by: AccountId; now: number },
): { readonly moved: number } {
  const carried = ticketsOn(tx, date).filter(({ state }) => state === 'carried');
  for (const ticket of carried) {
    changeTicket(tx, ticket, 'return', null, by, now);
    place(tx, nikSchema.parse(ticket.nik), date, { date, session }, by, now);
  }
  return { moved: carried.length };
}

/** One place from that day on; nowhere for whom neither summons nor register knows any more: of which desa would it be? */
function place(
  tx: Writer,
  nik: Nik,
  from: string,
  to: Place,
  by: AccountId,
  now: number,
): 'moved' | 'same' | 'nowhere' {
  const open = placesOf(tx, nik, from);
  const [only] = open;
  if (open.length === 1 && only?.date === to.date && only.session === to.session) return 'same';
  const fact = { type: 'carry-over', nik, from, to: to.date, session: to.session } as const;
  applyFact(tx, fact);
  if (placesOf(tx, nik, from).length === 0) return 'nowhere';
  appendFact(tx, fact, now);
  audit(tx, {
    at: now,
    by,
    what: 'summons.carried',
    subject: nik,
    detail: `${from} ${to.date} ${to.session}`,
  });
  return 'moved';
}

function placesOf(db: Reader, nik: Nik, from: string): Place[] {
  return db.all<Place>(
    'SELECT date, session FROM summons WHERE nik = ? AND date >= ? ORDER BY date',
    nik,
    from,
  );
}

function ticketsOn(db: Reader, date: string): StoredTicket[] {
  return db.all<StoredTicket>(
    'SELECT date, number, nik, state, reason FROM ticket WHERE date = ? ORDER BY number',
    date,
  );
}
