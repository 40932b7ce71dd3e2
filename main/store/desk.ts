import { placeSchema, type Place } from '../../app/desk/carry-over.ts';
import { RekamError } from '../../app/errors.ts';
import { BY_HAND, type SessionOfDay } from '../../app/desk/ticket.ts';
import type { TicketRow } from '../../app/ipc/contract.ts';
import type { PacketId } from '../../app/ids.ts';
import type { DeskStore, SummonsRow } from './api.ts';
import type { Database, Reader } from './database.ts';
import { carryBack, carryOver } from './carry-over.ts';
import { COUNTS_AS_RECORDED, refuseRecorded } from './packets.ts';
import { isElsewhere, peerTicketOf, type PeerTicket } from './peers.ts';
import { readResident } from './residents.ts';
import { iso, isoOrNull } from './rows.ts';
import { arriveTicket, changeTicket, ticketOf, type StoredTicket } from './tickets.ts';

const TICKETS = `
  SELECT t.date, t.number, t.nik, t.state, t.packet_id, t.reason, t.called_at, t.arrived_at, r.nama AS resident_nama,
    (SELECT e.nama FROM enrollment e WHERE e.packet_id = t.packet_id) AS enrolled_nama,
    CASE t.state WHEN 'carried' THEN (
      SELECT s.date || ' ' || s.session FROM summons s WHERE s.nik = t.nik AND s.date >= t.date ORDER BY s.date LIMIT 1
    ) END AS carried_to
  FROM ticket t LEFT JOIN resident r ON r.nik = t.nik
  WHERE t.date = ?`;
/**
 * A number that was taken back is nobody's turn, and its resident is expected like before. Whoever another desk serves
 * meanwhile, or has recorded, is not waited for here.
 */
export const TICKETS_OF_DAY = `${TICKETS} AND t.state <> 'withdrawn' AND NOT (
    t.state NOT IN ('serving', 'done') AND EXISTS (
      SELECT 1 FROM peer_ticket p WHERE p.date = t.date AND p.nik = t.nik
        AND (p.state = 'serving' OR (p.state = 'done' AND r.recorded_at IS NOT NULL))
    ))
  ORDER BY t.number`;
export const TICKET_BY_NUMBER = `${TICKETS} AND t.number = ?`;

/** Summoned for the day, and neither at a desk yet nor recorded anywhere. */
const OPEN_SUMMONS = `
  FROM summons s LEFT JOIN resident r ON r.nik = s.nik
  WHERE s.date = ? AND r.recorded_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.date = s.date AND t.nik = s.nik AND t.state <> 'withdrawn')
    AND NOT EXISTS (
      SELECT 1 FROM peer_ticket p
      WHERE p.date = s.date AND p.nik = s.nik AND p.state IN ('waiting', 'called', 'serving', 'done')
    )
    AND NOT EXISTS (
      SELECT 1 FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
      WHERE e.nik = s.nik AND ${COUNTS_AS_RECORDED}
    )`;

export const SUMMONS_OF_DAY = `SELECT s.nik, s.desa, s.session, r.nama ${OPEN_SUMMONS}
  ORDER BY s.session, s.desa, s.nik LIMIT ?`;
export const RECORDED_TIMES = `SELECT recorded_at AS at FROM packet
  WHERE kind = 'enrollment' AND origin IS NULL AND recorded_at >= ? ORDER BY recorded_at DESC LIMIT ?`;
export const SUMMONS_GROUPS = `SELECT s.session, s.desa, count(*) AS count ${OPEN_SUMMONS}
  GROUP BY s.session, s.desa ORDER BY s.session, s.desa`;
/** Summoned for those days and recorded nowhere; not who has a number of the first: they come then, or are moved from it. */
export const PLACES_TAKEN = `SELECT s.date, s.session, count(*) AS count
  FROM summons s LEFT JOIN resident r ON r.nik = s.nik
  WHERE s.date >= ? AND s.date <= ? AND r.recorded_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM ticket t WHERE t.date = ? AND t.nik = s.nik AND t.state NOT IN ('withdrawn', 'carried')
    )
    AND NOT EXISTS (
      SELECT 1 FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
      WHERE e.nik = s.nik AND ${COUNTS_AS_RECORDED}
    )
  GROUP BY s.date, s.session ORDER BY s.date, s.session`;
/** By name, as people are looked for on paper: sorts one desa's session, a few hundred at most. */
export const SUMMONS_OF_GROUP = `SELECT s.nik, s.desa, s.session, r.nama ${OPEN_SUMMONS}
  AND s.session = ? AND s.desa = ? ORDER BY r.nama, s.nik LIMIT ? OFFSET ?`;

export function createDeskStore(db: Database): DeskStore {
  return {
    today: (date, limit) => {
      const groups = db.all<{ session: SessionOfDay; desa: string; count: number }>(SUMMONS_GROUPS, date);
      return {
        tickets: db.all<TicketRecord>(TICKETS_OF_DAY, date).map(asTicketRow),
        summons: db.all<SummonsRecord>(SUMMONS_OF_DAY, date, limit).map(asSummonsRow),
        summonsTotal: groups.reduce((sum, { count }) => sum + count, 0),
        groups,
      };
    },
    summons: (date, { session, desa, offset, limit }) =>
      db.all<SummonsRecord>(SUMMONS_OF_GROUP, date, session, desa, limit, offset).map(asSummonsRow),
    places: (from, to) => db.all<Place & { readonly count: number }>(PLACES_TAKEN, from, to, from),
    ticketOf: (date, nik) => {
      const ticket = ticketOf(db, date, nik);
      return ticket === undefined ? null : { number: ticket.number, state: ticket.state };
    },
    elsewhere: (date, nik) => elsewhere(db, date, nik),
    arrive: (date, nik, by, now) =>
      db.write((tx) => {
        const resident = readResident(tx, nik);
        if (resident === null) throw new RekamError('resident.unknown');
        refuseRecorded(tx, nik, resident.center);
        const there = elsewhere(tx, date, nik);
        if (there !== null) throw new RekamError('ticket.elsewhere', { number: there.number });
        return requireTicket(tx, date, arriveTicket(tx, { date, nik, by, now }));
      }),
    setTicket: (date, number, state, reason, by, now) =>
      db.write((tx) => {
        const ticket = tx.get<StoredTicket>(
          'SELECT date, number, nik, state, reason FROM ticket WHERE date = ? AND number = ?',
          date,
          number,
        );
        if (ticket === undefined) throw new RekamError('request.invalid');
        changeTicket(tx, ticket, BY_HAND[state], reason, by, now);
      }),
    carryOver: (input) => db.write((tx) => carryOver(tx, input)),
    carryBack: (input) => db.write((tx) => carryBack(tx, input)),
    recordedAt: (startOfDay, limit) =>
      db.all<{ at: number }>(RECORDED_TIMES, startOfDay, limit).map(({ at }) => at),
  };
}

function elsewhere(db: Reader, date: string, nik: string): PeerTicket | null {
  const there = peerTicketOf(db, date, nik);
  if (!isElsewhere(there)) return null;
  // Taken over here meanwhile.
  const here = ticketOf(db, date, nik)?.state;
  return here === 'called' || here === 'serving' || here === 'done' ? null : there;
}

interface TicketRecord {
  date: string;
  number: number;
  nik: string;
  state: TicketRow['state'];
  packet_id: PacketId | null;
  reason: string | null;
  called_at: number | null;
  arrived_at: number;
  resident_nama: string | null;
  enrolled_nama: string | null;
  /** Date and session. */
  carried_to: string | null;
}

function requireTicket(db: Reader, date: string, number: number): TicketRow {
  const row = db.get<TicketRecord>(TICKET_BY_NUMBER, date, number);
  if (row === undefined) throw new RekamError('request.invalid');
  return asTicketRow(row);
}

function asTicketRow(row: TicketRecord): TicketRow {
  const [date = '', session = ''] = row.carried_to?.split(' ') ?? [];
  return {
    date: row.date,
    number: row.number,
    nik: row.nik,
    nama: row.enrolled_nama ?? row.resident_nama ?? '',
    state: row.state,
    packetId: row.packet_id,
    calledAt: isoOrNull(row.called_at),
    arrivedAt: iso(row.arrived_at),
    reason: row.reason,
    carriedTo: row.carried_to === null ? null : placeSchema.parse({ date, session }),
  };
}

interface SummonsRecord {
  nik: string;
  desa: string;
  session: SessionOfDay;
  nama: string | null;
}

/** A summons can be there before its resident: the NIK alone is shown then. */
function asSummonsRow(row: SummonsRecord): SummonsRow {
  return { ...row, nama: row.nama ?? '', recorded: false };
}
