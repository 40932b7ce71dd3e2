import { isReceived } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import { outcomeSchema, type Outcome } from '../../app/sync/protocol.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { applyEvent, readPacket, requirePacket, type PacketRow } from './packets.ts';
import { parseJson } from './rows.ts';

/** @param receivedAt by the center's word */
export function received(tx: Writer, packetId: PacketId, receipt: string, receivedAt: number): void {
  const packet = requirePacket(tx, packetId);
  const known = tx.get('SELECT 1 FROM receipt WHERE packet_id = ? AND receipt = ?', packetId, receipt);
  if (known === undefined) {
    tx.run(
      'INSERT INTO receipt(packet_id, receipt, received_at) VALUES (?, ?, ?)',
      packetId,
      receipt,
      receivedAt,
    );
  }
  if (isReceived(packet.state)) return;
  applyEvent(tx, packet, 'receipt');
  tx.run('UPDATE packet SET received_at = ? WHERE packet_id = ?', receivedAt, packetId);
  tx.run(
    'UPDATE outbox SET sent = (SELECT size FROM packet p WHERE p.packet_id = outbox.packet_id) WHERE packet_id = ?',
    packetId,
  );
  audit(tx, { at: receivedAt, by: null, what: 'packet.received', subject: packetId });

  // The verdict may have come first: the center's answer to the upload was lost, its outcomes were not.
  const outcome = storedOutcome(tx, packetId);
  if (outcome !== null) {
    if (speaksOfFormer(tx, packetId, outcome)) tx.run('DELETE FROM outcome WHERE packet_id = ?', packetId);
    else applyEvent(tx, requirePacket(tx, packetId), outcome.verdict);
  }
  supersede(tx, packet);
  supersededAlready(tx, packetId);
}

/** Without a verified receipt the state stays ours; `received` applies the verdict when the receipt is here. */
export function applyOutcome(tx: Writer, outcome: Outcome, now: number): void {
  const packet = readPacket(tx, outcome.packetId);
  if (packet === undefined) return;
  const before = storedOutcome(tx, outcome.packetId);
  // Pages of outcomes overlap after a cut; an older verdict never replaces a newer one.
  if (before !== null && before.decidedAt > outcome.decidedAt) return;
  if (isReceived(packet.state) && speaksOfFormer(tx, outcome.packetId, outcome)) return;
  tx.run(
    `INSERT INTO outcome(packet_id, verdict, remedy, outcome, applied_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT(packet_id) DO UPDATE SET verdict = excluded.verdict, remedy = excluded.remedy,
       outcome = excluded.outcome, applied_at = excluded.applied_at`,
    outcome.packetId,
    outcome.verdict,
    outcome.remedy,
    JSON.stringify(outcome),
    now,
  );
  if (applyEvent(tx, packet, outcome.verdict) === 'rejected') supersededAlready(tx, outcome.packetId);
}

/** The replacement or amendment of this packet that the center has received, or that still waits here. */
export function successorOf(db: Reader, packetId: PacketId): { readonly isReceived: boolean } | null {
  const row = db.get<{ received_at: number | null }>(
    'SELECT received_at FROM packet WHERE replaces = ? OR amends = ? ORDER BY received_at IS NULL LIMIT 1',
    packetId,
    packetId,
  );
  return row === undefined ? null : { isReceived: row.received_at !== null };
}

/**
 * A packet that the center lost and got again: a verdict decided before the receipt that now counts spoke of the copy
 * that is gone. Both times are the center's. Of a packet that was only ever received once there is no former copy, so
 * nothing hangs on how well two machines of the center agree about the time.
 */
function speaksOfFormer(tx: Reader, packetId: PacketId, outcome: Outcome): boolean {
  const receipts = tx.get<{ n: number }>('SELECT count(*) AS n FROM receipt WHERE packet_id = ?', packetId);
  if ((receipts?.n ?? 0) < 2) return false;
  const receivedAt = tx.get<{ at: number | null }>(
    'SELECT received_at AS at FROM packet WHERE packet_id = ?',
    packetId,
  )?.at;
  return receivedAt != null && Date.parse(outcome.decidedAt) < receivedAt;
}

/** What this packet amends or replaces has done its part; a packet that the center accepted meanwhile stays so. */
function supersede(tx: Writer, successor: PacketRow): void {
  for (const id of [successor.amends, successor.replaces]) {
    const old = id === null ? undefined : readPacket(tx, id as PacketId);
    if (old === undefined) continue;
    applyEvent(tx, old, 'superseded');
    // One that never went did not do its own part: what it was to take the place of still waits for that.
    if (old.state === 'returned') supersede(tx, old);
    const returned = tx.all<{ packet_id: PacketId }>(
      "SELECT packet_id FROM packet WHERE amends = ? AND state = 'returned'",
      old.packet_id,
    );
    // Nothing is left for them to amend.
    for (const { packet_id } of returned) applyEvent(tx, requirePacket(tx, packet_id), 'superseded');
  }
}

/** The other way round: the successor was first, since this packet was sent again or its verdict was revised. */
function supersededAlready(tx: Writer, packetId: PacketId): void {
  const packet = requirePacket(tx, packetId);
  const isOpen = packet.state === 'received' || packet.state === 'rejected';
  if (isOpen && successorOf(tx, packetId)?.isReceived === true) applyEvent(tx, packet, 'superseded');
}

function storedOutcome(tx: Reader, packetId: PacketId): Outcome | null {
  const row = tx.get<{ outcome: string }>('SELECT outcome FROM outcome WHERE packet_id = ?', packetId);
  return row === undefined ? null : parseJson(outcomeSchema, row.outcome);
}
