import { unreachable } from '../../app/result.ts';
import type { Fact, JournalEntry } from '../../app/sync/protocol.ts';
import type { Writer } from './database.ts';
import { peerTime, putPeerState, putPeerTicket } from './peers.ts';

/**
 * What a fact changes in the reference data, the station's own and the other station's alike. Each may be applied
 * twice: the center sends again after a cut, and own facts are laid on top again after every delta.
 */
export function applyFact(tx: Writer, fact: Fact): void {
  switch (fact.type) {
    case 'summons': {
      const { nik, date, session, desa } = fact.summons;
      if (fact.change === 'removed') removeSummons(tx, nik, date);
      else putSummons(tx, { nik, date, session, desa });
      return;
    }
    case 'summons-list':
      putSummonsList(tx, fact);
      return;
    case 'carry-over':
      // Who came without a summons gets a place too. One place: whatever else was open from that day on goes.
      tx.run(
        `INSERT INTO summons(nik, date, session, desa)
         SELECT nik, @to, @session, desa FROM (
           SELECT nik, desa FROM summons WHERE nik = @nik AND date = @from
           UNION ALL SELECT nik, desa FROM resident WHERE nik = @nik
         ) WHERE true LIMIT 1
         ON CONFLICT(nik, date) DO UPDATE SET session = excluded.session`,
        { nik: fact.nik, from: fact.from, to: fact.to, session: fact.session },
      );
      tx.run('DELETE FROM summons WHERE nik = ? AND date >= ? AND date <> ?', fact.nik, fact.from, fact.to);
      return;
    case 'account-reset':
      tx.run(
        `UPDATE account SET hash = ?, must_change = ?, failures = 0, lock_ms = 0 WHERE id = ? AND hash <> ?`,
        fact.hash,
        fact.mustChange ? 1 : 0,
        fact.accountId,
        fact.hash,
      );
      return;
    case 'ticket':
    case 'day-close':
    case 'outage':
    case 'recorded':
    case 'state':
    case 'unreadable':
      return;
    default:
      unreachable(fact);
  }
}

/**
 * A fact of the other station: kept whole, applied once.
 * @param heardAt by the center's clock as far as it is known here
 */
export function applyPeerEntry(tx: Writer, entry: JournalEntry, heardAt: number): void {
  const isNew = tx.run(
    'INSERT INTO peer_fact(station_id, sequence, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    entry.stationId,
    entry.sequence,
    JSON.stringify(entry),
  );
  if (isNew === 0) return;
  applyFact(tx, entry.fact);
  const at = peerTime(entry, heardAt);
  if (entry.fact.type === 'ticket') putPeerTicket(tx, entry, at, entry.fact);
  if (entry.fact.type === 'state') putPeerState(tx, entry, at, entry.fact);
  if (entry.fact.type === 'recorded') {
    // The center's own word, when it is there already, says more than the other station's.
    tx.run(
      `UPDATE resident SET recorded_at = ?, recorded_station = ?, recorded_packet = ?
       WHERE nik = ? AND recorded_at IS NULL`,
      entry.at,
      entry.stationId,
      entry.fact.packetId,
      entry.fact.nik,
    );
  }
}

export function putSummons(
  tx: Writer,
  summons: { readonly nik: string; readonly date: string; readonly session: string; readonly desa: string },
): void {
  tx.run(
    `INSERT INTO summons(nik, date, session, desa) VALUES (?, ?, ?, ?)
     ON CONFLICT(nik, date) DO UPDATE SET session = excluded.session, desa = excluded.desa`,
    summons.nik,
    summons.date,
    summons.session,
    summons.desa,
  );
}

function putSummonsList(
  tx: Writer,
  { from, date, session, desa, niks }: Extract<Fact, { type: 'summons-list' }>,
): void {
  const list = JSON.stringify(niks);
  tx.run(
    `INSERT INTO summons(nik, date, session, desa) SELECT value, ?, ?, ? FROM json_each(?) WHERE true
     ON CONFLICT(nik, date) DO UPDATE SET session = excluded.session, desa = excluded.desa`,
    date,
    session,
    desa,
    list,
  );
  tx.run(`DELETE ${OTHER_PLACES}`, list, from, date);
}

/** One place: whatever else was open from that day on goes. */
export const OTHER_PLACES = `
  FROM summons WHERE nik IN (SELECT value FROM json_each(?)) AND date >= ? AND date <> ?`;

export function removeSummons(tx: Writer, nik: string, date: string): void {
  tx.run('DELETE FROM summons WHERE nik = ? AND date = ?', nik, date);
}
