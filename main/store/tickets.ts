import type { TicketState } from '../../app/desk/ticket.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { AccountId, PacketId } from '../../app/ids.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { appendFact } from './journal.ts';

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

/** The next free number of the day, or the one that the resident already has. */
export function takeTicket(
  tx: Writer,
  take: {
    readonly date: string;
    readonly nik: string;
    readonly packetId: PacketId;
    readonly by: AccountId;
    readonly now: number;
  },
): number {
  const own = tx.get<StoredTicket>('SELECT * FROM ticket WHERE date = ? AND nik = ?', take.date, take.nik);
  if (own === undefined) {
    const last =
      tx.get<{ n: number | null }>('SELECT max(number) AS n FROM ticket WHERE date = ?', take.date)?.n ?? 0;
    const ticket: StoredTicket = {
      date: take.date,
      number: last + 1,
      nik: take.nik,
      state: 'serving',
      reason: null,
    };
    tx.run(
      'INSERT INTO ticket(date, number, nik, packet_id, state, reason, called_at) VALUES (?, ?, ?, ?, ?, NULL, ?)',
      ticket.date,
      ticket.number,
      ticket.nik,
      take.packetId,
      ticket.state,
      take.now,
    );
    tellOf(tx, ticket, take.by, take.now);
    return ticket.number;
  }
  tx.run(
    'UPDATE ticket SET packet_id = ?, called_at = coalesce(called_at, ?) WHERE date = ? AND number = ?',
    take.packetId,
    take.now,
    own.date,
    own.number,
  );
  changeTicket(tx, own, 'serving', null, take.by, take.now);
  return own.number;
}

/** Nothing is written, audited or told when the ticket is in that state already. */
export function changeTicket(
  tx: Writer,
  ticket: StoredTicket,
  state: TicketState,
  reason: string | null,
  by: AccountId,
  now: number,
): void {
  if (ticket.state === state && ticket.reason === reason) return;
  tx.run(
    `UPDATE ticket SET state = ?, reason = ?, called_at = CASE WHEN ? = 'serving' THEN ? ELSE called_at END
     WHERE date = ? AND number = ?`,
    state,
    reason,
    state,
    now,
    ticket.date,
    ticket.number,
  );
  tellOf(tx, { ...ticket, state, reason }, by, now);
}

function tellOf(tx: Writer, ticket: StoredTicket, by: AccountId, now: number): void {
  const { date, number, state, reason } = ticket;
  const nik = nikSchema.parse(ticket.nik);
  appendFact(tx, { type: 'ticket', date, number, nik, state, reason }, now);
  audit(tx, { at: now, by, what: `ticket.${state}`, subject: nik, detail: `${date} ${number}` });
}
