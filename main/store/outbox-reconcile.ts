import { isReceived } from '../../app/enrollment/lifecycle.ts';
import type { AuditAct } from '../../app/desk/audit.ts';
import type { PacketId } from '../../app/ids.ts';
import type { ReconcileAnswer } from '../../app/sync/protocol.ts';
import type { OutboxStore } from './api.ts';
import { audit } from './audit.ts';
import type { Reader, Writer } from './database.ts';
import { writeFindings, type Found } from './findings.ts';
import { acknowledged } from './journal.ts';
import { applyEvent, readPacket, sequenceFloor, type PacketRow } from './packets.ts';
import { keepAccepted } from './progress.ts';
import { writeSetting } from './settings.ts';

/**
 * What the center's list and ours do not agree about, in one transaction: sent again where the bytes are here, held
 * where the center has something else, told once in the audit where nobody but a person can do anything.
 */
export function reconciled(
  tx: Writer,
  answer: ReconcileAnswer,
  range: { readonly from: number; readonly to: number },
  now: number,
): ReturnType<OutboxStore['reconciled']> {
  const found = { again: 0, held: 0, told: 0 };
  let isNewLoss = false;
  const findings: Found[] = [];
  const note = (kind: Found['kind'], packet: PacketRow) =>
    findings.push({ kind, from: packet.sequence, to: packet.sequence, packetId: packet.packet_id });
  const tell = (what: AuditAct, subject: string, detail: string): boolean => {
    if (isTold(tx, what, subject)) return false;
    audit(tx, { at: now, by: null, what, subject, detail });
    found.told += 1;
    return true;
  };
  for (const packetId of answer.missing) {
    const packet = readPacket(tx, packetId);
    if (packet === undefined) continue;
    if (!isReceived(packet.state) || packet.received_at === null) {
      if (wasResent(tx, packet)) note('resent', packet);
      continue;
    }
    const isSentAgain = sendAgain(tx, packet, now);
    if (isSentAgain) found.again += 1;
    note(isSentAgain ? 'resent' : 'lost', packet);
    if (
      isSentAgain ||
      tell('packet.lost', packetId, `sequence ${packet.sequence}: its bytes are gone here too`)
    )
      isNewLoss = true;
  }
  for (const packetId of answer.mismatched) {
    const packet = readPacket(tx, packetId);
    if (packet === undefined) continue;
    note('mismatched', packet);
    if (holdMismatched(tx, packet, now)) found.held += 1;
    else
      tell('packet.mismatched', packetId, `sequence ${packet.sequence}: the center holds another manifest`);
  }
  // What was received before this database was built anew is safe at the center, and no longer expected here.
  const before = sequenceFloor(tx)?.sequence ?? 0;
  for (const { sequence, packetId } of answer.unknown.filter((entry) => entry.sequence > before)) {
    findings.push({ kind: 'unknown', from: sequence, to: sequence, packetId });
    tell('reconcile.unknown', packetId, `sequence ${sequence}: the center holds it, this station does not`);
  }
  for (const { from, to } of answer.gaps) {
    findings.push({ kind: 'gap', from, to, packetId: null });
    tell('reconcile.gap', `sequence ${from}-${to}`, 'neither the center nor this station accounts for them');
  }
  if (answer.accepted !== undefined) keepAccepted(tx, answer.accepted, now);
  writeFindings(tx, range, findings, now);
  if (isNewLoss) doubtCursors(tx);
  return found;
}

/** Of a station that was taken over: its own findings are not this one's, and its gaps stand with the takeover. */
export function reconciledOf(
  tx: Writer,
  answer: ReconcileAnswer,
  now: number,
): ReturnType<OutboxStore['reconciledOf']> {
  const found = { again: 0, held: 0 };
  for (const packetId of answer.missing) {
    const packet = readPacket(tx, packetId);
    const isLost = packet !== undefined && isReceived(packet.state) && packet.received_at !== null;
    if (isLost && sendAgain(tx, packet, now)) found.again += 1;
  }
  for (const packetId of answer.mismatched) {
    const packet = readPacket(tx, packetId);
    if (packet !== undefined && holdMismatched(tx, packet, now)) found.held += 1;
  }
  if (found.again > 0) doubtCursors(tx);
  return found;
}

/**
 * A center that lost packets was perhaps restored from a backup. It may count its verdicts anew, so all of them are
 * read again (old ones change nothing), and the journal's last entry is sent again to learn how far it holds that.
 */
function doubtCursors(tx: Writer): void {
  tx.run("DELETE FROM setting WHERE key = 'outcomeCursor'");
  const upTo = acknowledged(tx);
  if (upTo > 0) writeSetting(tx, 'journalAcknowledged', String(upTo - 1));
}

/** Sent again at an earlier reconcile, and not arrived yet. */
function wasResent(tx: Reader, packet: PacketRow): boolean {
  return (
    tx.get(
      "SELECT 1 FROM finding WHERE kind = 'resent' AND from_sequence = ? AND packet_id = ? AND settled_at IS NULL",
      packet.sequence,
      packet.packet_id,
    ) !== undefined
  );
}

function sendAgain(tx: Writer, packet: PacketRow, now: number): boolean {
  if (!hasBytes(tx, packet.packet_id) || applyEvent(tx, packet, 'missing') === null) return false;
  backToStart(tx, packet.packet_id, 'missing');
  audit(tx, { at: now, by: null, what: 'packet.missing', subject: packet.packet_id });
  return true;
}

/** Another packet under this id: ours is not there, and would be refused for ever. Only a person can find out why. */
function holdMismatched(tx: Writer, packet: PacketRow, now: number): boolean {
  if (!hasBytes(tx, packet.packet_id)) return false;
  const state = applyEvent(tx, packet, 'missing');
  if (state === null || state === 'held') return false;
  if (applyEvent(tx, { ...packet, state }, 'hold') === null) return false;
  backToStart(tx, packet.packet_id, 'mismatched');
  tx.run("UPDATE packet SET hold_reason = 'conflict' WHERE packet_id = ?", packet.packet_id);
  audit(tx, {
    at: now,
    by: null,
    what: 'packet.held',
    subject: packet.packet_id,
    detail: 'conflict mismatched',
  });
  return true;
}

function backToStart(tx: Writer, packetId: PacketId, problem: string): void {
  tx.run('UPDATE packet SET received_at = NULL WHERE packet_id = ?', packetId);
  // What was decided about the copy that is gone is no verdict on the next.
  tx.run('DELETE FROM outcome WHERE packet_id = ?', packetId);
  tx.run(
    `UPDATE outbox SET attempts = 0, next_attempt_at = 0, lease_until = 0, sent = 0, last_problem = ?
     WHERE packet_id = ?`,
    problem,
    packetId,
  );
}

function hasBytes(tx: Reader, packetId: PacketId): boolean {
  return tx.get('SELECT 1 FROM packet_blob WHERE packet_id = ?', packetId) !== undefined;
}

function isTold(tx: Reader, what: AuditAct, subject: string): boolean {
  return tx.get('SELECT 1 FROM audit WHERE subject = ? AND what = ?', subject, what) !== undefined;
}
