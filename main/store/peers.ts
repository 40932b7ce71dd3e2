import { stationIdSchema, type StationId } from '../../app/ids.ts';
import type { TicketState } from '../../app/desk/ticket.ts';
import type { Fact, JournalEntry } from '../../app/sync/protocol.ts';
import type { Reader, Writer } from './database.ts';
import { readFact } from './read-fact.ts';

export interface PeerState {
  readonly stationId: StationId;
  readonly at: number;
  readonly fact: Extract<Fact, { type: 'state' }>;
}

/** A ticket of another station of the office. */
export interface PeerTicket {
  readonly number: number;
  readonly state: TicketState;
}

/**
 * When it was so, by the center's clock as far as that station knew it; a clock that runs ahead there makes nothing newer
 * than when it is heard here.
 */
export function peerTime({ at, clockOffsetMs }: JournalEntry, heardAt: number): number {
  return Math.max(0, Math.min(Date.parse(at) + (clockOffsetMs ?? 0), heardAt));
}

export function putPeerTicket(
  tx: Writer,
  { stationId, sequence }: JournalEntry,
  at: number,
  { date, nik, number, state }: Extract<Fact, { type: 'ticket' }>,
): void {
  tx.run(
    `INSERT INTO peer_ticket(date, nik, station_id, sequence, number, state, at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = excluded.sequence, number = excluded.number, state = excluded.state,
       at = excluded.at WHERE excluded.sequence > peer_ticket.sequence`,
    date,
    nik,
    stationId,
    sequence,
    number,
    state,
    at,
  );
}

export function putPeerState(
  tx: Writer,
  { stationId, sequence }: JournalEntry,
  at: number,
  fact: Extract<Fact, { type: 'state' }>,
): void {
  tx.run(
    `INSERT INTO peer_state(station_id, sequence, at, fact) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = excluded.sequence, at = excluded.at, fact = excluded.fact
       WHERE excluded.sequence > peer_state.sequence`,
    stationId,
    sequence,
    at,
    JSON.stringify(fact),
  );
}

/** What the office's other stations said of themselves last, by the center's clock. */
export function peerStates(db: Reader): PeerState[] {
  return db
    .all<{ station_id: string; at: number; fact: string }>(
      'SELECT station_id, at, fact FROM peer_state ORDER BY at DESC',
    )
    .flatMap((row) => {
      const fact = readFact(row.fact);
      return fact.type === 'state'
        ? [{ stationId: stationIdSchema.parse(row.station_id), at: row.at, fact }]
        : [];
    });
}

/** The resident's ticket at another desk of that day; the newest where several have one. */
export function peerTicketOf(db: Reader, date: string, nik: string): PeerTicket | undefined {
  return db.get<PeerTicket>(
    'SELECT number, state FROM peer_ticket WHERE date = ? AND nik = ? ORDER BY at DESC LIMIT 1',
    date,
    nik,
  );
}

/** Called to another desk, or being served there. */
export function isElsewhere(ticket: PeerTicket | undefined): ticket is PeerTicket {
  return ticket?.state === 'called' || ticket?.state === 'serving';
}

/** So long what another station told is kept: a day's tickets are of use that day, the rest tells support something. */
const KEPT_MS = 14 * 24 * 60 * 60_000;

/** @returns rows that went */
export function prunePeers(tx: Writer, now: number): number {
  const before = new Date(now - KEPT_MS).toISOString();
  return (
    tx.run('DELETE FROM peer_ticket WHERE date < ?', before.slice(0, 10)) +
    tx.run('DELETE FROM peer_state WHERE at < ?', now - KEPT_MS) +
    tx.run("DELETE FROM peer_fact WHERE entry ->> '$.at' < ?", before)
  );
}
