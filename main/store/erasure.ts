import { FINAL_STATES, mayPurge } from '../../app/enrollment/lifecycle.ts';
import { iso } from './rows.ts';
import { audit } from './audit.ts';
import type { Writer } from './database.ts';
import type { PacketRow } from './packets.ts';
import { IS_OPEN_TASK } from './tasks.ts';

/** Small photos are overwritten as they go, and all of that passes through the log. */
const BATCH = 64;

export const ERASABLE = `SELECT t.packet_id, t.sequence, t.state, t.amends, t.replaces, t.received_at, e.nik
  FROM packet t JOIN enrollment e USING (packet_id)
  WHERE t.received_at IS NOT NULL AND t.erased_at IS NULL AND t.received_at <= ?
    AND t.state IN (SELECT value FROM json_each(?)) AND NOT ${IS_OPEN_TASK}
  ORDER BY t.received_at LIMIT ${BATCH}`;

/**
 * Name, NIK, biodata and small photo of what is done with: receipt, final outcome and retention, and nobody at the desk
 * has still to see to it. Number, manifest, receipt and outcome stay. That this resident was recorded stays known: in
 * the register, and as a hash that nothing but the database's own key can make.
 * @param now the center's time
 * @returns how many; ask again until there are none
 */
export function erase(tx: Writer, now: number, retentionMs: number): number {
  const due = tx
    .all<PacketRow & { nik: string }>(ERASABLE, now - retentionMs, JSON.stringify(FINAL_STATES))
    .filter((packet) => mayPurge(packet.state, packet.received_at, retentionMs, now));
  for (const packet of due) {
    if (packet.state !== 'superseded')
      tx.run(
        `UPDATE resident SET recorded_at = ?, recorded_packet = ?,
           recorded_station = (SELECT activation ->> '$.stationId' FROM station WHERE id = 1)
         WHERE nik = ? AND recorded_at IS NULL`,
        iso(packet.received_at ?? now),
        packet.packet_id,
        packet.nik,
      );
    tx.run(
      `UPDATE enrollment SET nik = '', nama = '', biodata = '{}', thumbnail = NULL, nik_hash = ?
       WHERE packet_id = ?`,
      packet.nik === '' ? null : tx.keyedHash(packet.nik),
      packet.packet_id,
    );
    tx.run('UPDATE packet SET erased_at = ? WHERE packet_id = ?', now, packet.packet_id);
    audit(tx, { at: now, by: null, what: 'packet.erased', subject: packet.packet_id });
  }
  return due.length;
}
