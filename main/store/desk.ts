import { RekamError } from '../../app/errors.ts';
import type { SessionOfDay } from '../../app/desk/ticket.ts';
import type { TicketRow } from '../../app/ipc/contract.ts';
import type { PacketId } from '../../app/ids.ts';
import type { DeskStore } from './api.ts';
import type { Database, Reader } from './database.ts';
import { COUNTS_AS_RECORDED } from './packets.ts';
import { isoOrNull } from './rows.ts';
import { changeTicket, type StoredTicket } from './tickets.ts';

export const TICKETS_OF_DAY = `
  SELECT t.number, t.nik, t.state, t.packet_id, t.called_at, r.nama AS resident_nama,
    (SELECT e.nama FROM enrollment e WHERE e.packet_id = t.packet_id) AS enrolled_nama
  FROM ticket t LEFT JOIN resident r ON r.nik = t.nik
  WHERE t.date = ? ORDER BY t.number`;

/** Summoned for the day, and neither at the desk yet nor recorded anywhere. */
const OPEN_SUMMONS = `
  FROM summons s LEFT JOIN resident r ON r.nik = s.nik
  WHERE s.date = ? AND r.recorded_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.date = s.date AND t.nik = s.nik)
    AND NOT EXISTS (
      SELECT 1 FROM enrollment e JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id)
      WHERE e.nik = s.nik AND ${COUNTS_AS_RECORDED}
    )`;

export const SUMMONS_OF_DAY = `SELECT s.nik, s.desa, s.session, r.nama ${OPEN_SUMMONS}
  ORDER BY s.session, s.desa, s.nik LIMIT ?`;
export const SUMMONS_COUNT = `SELECT count(*) AS n ${OPEN_SUMMONS}`;

export function createDeskStore(db: Database): DeskStore {
  return {
    today: (date, limit) => ({
      tickets: tickets(db, date),
      summons: db
        .all<{ nik: string; desa: string; session: SessionOfDay; nama: string | null }>(
          SUMMONS_OF_DAY,
          date,
          limit,
        )
        // A summons can be there before its resident: the NIK alone is shown then.
        .map((row) => ({ ...row, nama: row.nama ?? '', recorded: false })),
      summonsTotal: db.get<{ n: number }>(SUMMONS_COUNT, date)?.n ?? 0,
    }),
    setTicket: (date, number, state, reason, by, now) =>
      db.write((tx) => {
        const ticket = tx.get<StoredTicket>(
          'SELECT * FROM ticket WHERE date = ? AND number = ?',
          date,
          number,
        );
        if (ticket === undefined) throw new RekamError('request.invalid');
        changeTicket(tx, ticket, state, reason, by, now);
      }),
  };
}

function tickets(db: Reader, date: string): TicketRow[] {
  return db
    .all<{
      number: number;
      nik: string;
      state: TicketRow['state'];
      packet_id: PacketId | null;
      called_at: number | null;
      resident_nama: string | null;
      enrolled_nama: string | null;
    }>(TICKETS_OF_DAY, date)
    .map((row) => ({
      number: row.number,
      nik: row.nik,
      nama: row.enrolled_nama ?? row.resident_nama ?? '',
      state: row.state,
      packetId: row.packet_id,
      calledAt: isoOrNull(row.called_at),
    }));
}
