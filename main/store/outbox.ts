import { RekamError } from '../../app/errors.ts';
import { FINAL_STATES, mayPurge } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import type { OutboxItem, OutboxStore, ReceiptSubject } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { erase } from './erasure.ts';
import { backlog, listOutbox, measured, summary } from './outbox-list.ts';
import { doctor } from './outbox-doctor.ts';
import { reconciled, reconciledOf } from './outbox-reconcile.ts';
import { applyOutcome, received } from './outbox-verdicts.ts';
import {
  applyEvent,
  BEFORE_ALL,
  isWaiting,
  lastSequence,
  NUMBER,
  raiseFloor,
  readPacket,
  requirePacket,
  type PacketRow,
} from './packets.ts';
import { plainBytes } from './rows.ts';
import { writeSetting } from './settings.ts';

/**
 * No wait of ours is longer than this: backoff ends at ten minutes, a lease at five. A next attempt or lease further
 * ahead was reckoned by a clock that has been set back since (by a person, a flat battery), and counts as come:
 * otherwise the packet would lie still for hours, or for years.
 */
const LONGEST_WAIT_MS = 15 * 60_000;

const PURGE_BATCH = 16;

const ITEM = `SELECT p.packet_id, p.sequence AS place, ${NUMBER} AS sequence, p.manifest, p.manifest_sha256, p.sha256, p.size, p.state,
    o.attempts, o.sent`;

const FREE = `o.waiting = 1 AND (o.lease_until <= @now OR o.lease_until > @now + ${LONGEST_WAIT_MS})`;

export const DUE = `${ITEM} FROM outbox o JOIN packet p USING (packet_id)
  WHERE ${FREE} AND o.sequence > @after AND (@ignoreBackoff = 1 OR o.next_attempt_at <= @now OR o.next_attempt_at > @now + ${LONGEST_WAIT_MS})
  ORDER BY o.sequence LIMIT @limit`;

export const WAITING = `${ITEM} FROM outbox o JOIN packet p USING (packet_id)
  WHERE o.waiting = 1 AND o.sequence > ? ORDER BY o.sequence LIMIT ?`;

export const NEXT_DUE = 'SELECT min(max(next_attempt_at, lease_until)) AS at FROM outbox WHERE waiting = 1';

const OWN_RANGE =
  'SELECT sequence, packet_id, manifest_sha256 FROM packet WHERE sequence BETWEEN ? AND ? ORDER BY sequence';
const FOREIGN_RANGE = `SELECT origin_sequence AS sequence, packet_id, manifest_sha256 FROM packet
  WHERE origin = ? AND origin_sequence BETWEEN ? AND ? ORDER BY origin_sequence`;

interface ItemRow {
  packet_id: PacketId;
  place: number;
  sequence: number;
  manifest: string;
  manifest_sha256: OutboxItem['manifestSha256'];
  sha256: OutboxItem['sha256'];
  size: number;
  state: OutboxItem['state'];
  attempts: number;
  sent: number;
}

export function createOutboxStore(db: Database): OutboxStore {
  return {
    due: (now, limit, ignoreBackoff, after = BEFORE_ALL) =>
      db.all<ItemRow>(DUE, { now, limit, ignoreBackoff: ignoreBackoff ? 1 : 0, after }).map(toItem),
    waiting: (after, limit) => db.all<ItemRow>(WAITING, after, limit).map(toItem),
    subject: (packetId, receipt) => subject(db, packetId, receipt),
    nextDueAt: () => db.get<{ at: number | null }>(NEXT_DUE)?.at ?? null,
    // What `begin` resets at the next start, or the center tells anew, need not wait for the disk.
    lease: (packetId, now, leaseMs) => db.writeUnsynced((tx) => lease(tx, packetId, now, leaseMs)),
    renew: (packetId, now, leaseMs) =>
      db.writeUnsynced((tx) => {
        tx.run(
          'UPDATE outbox SET lease_until = ? WHERE packet_id = ? AND waiting = 1',
          now + leaseMs,
          packetId,
        );
      }),
    sealed: (packetId) => {
      const row = db.get<{ sealed: Uint8Array }>(
        'SELECT sealed FROM packet_blob WHERE packet_id = ?',
        packetId,
      );
      return row === undefined ? null : plainBytes(row.sealed);
    },
    progress: (packetId, offset) =>
      db.writeUnsynced((tx) => {
        tx.run('UPDATE outbox SET sent = ? WHERE packet_id = ?', offset, packetId);
      }),
    failed: (packetId, problem, nextAttemptAt) =>
      db.write((tx) => {
        applyEvent(tx, requirePacket(tx, packetId), 'failed');
        tx.run(
          `UPDATE outbox SET attempts = attempts + 1, last_problem = ?, next_attempt_at = ?, lease_until = 0
           WHERE packet_id = ? AND waiting = 1`,
          problem,
          nextAttemptAt,
          packetId,
        );
      }),
    unlease: (packetId) =>
      db.writeUnsynced((tx) => {
        applyEvent(tx, requirePacket(tx, packetId), 'failed');
        tx.run('UPDATE outbox SET lease_until = 0 WHERE packet_id = ?', packetId);
      }),
    hold: (packetId, reason, problem, now) =>
      db.write((tx) => {
        const packet = requirePacket(tx, packetId);
        if (applyEvent(tx, packet, 'hold') === null) throw new RekamError('packet.state');
        tx.run('UPDATE packet SET hold_reason = ? WHERE packet_id = ?', reason, packetId);
        tx.run('UPDATE outbox SET last_problem = ?, lease_until = 0 WHERE packet_id = ?', problem, packetId);
        audit(tx, {
          at: now,
          by: null,
          what: 'packet.held',
          subject: packetId,
          detail: `${reason} ${problem}`,
        });
      }),
    ...doctor(db),
    received: (receipts) =>
      db.write((tx) => {
        for (const { packetId, receipt, receivedAt } of receipts) received(tx, packetId, receipt, receivedAt);
      }),
    outcomes: (outcomes, cursor, now) =>
      db.write((tx) => {
        for (const outcome of outcomes) applyOutcome(tx, outcome, now);
        writeSetting(tx, 'outcomeCursor', cursor);
      }),
    backlog: () => backlog(db),
    summary: (startOfDay) => summary(db, startOfDay),
    list: (filter, offset, limit, search) => listOutbox(db, filter, offset, limit, search),
    range: (from, to, of) =>
      db
        .all<{ sequence: number; packet_id: PacketId; manifest_sha256: OutboxItem['manifestSha256'] }>(
          of === undefined ? OWN_RANGE : FOREIGN_RANGE,
          ...(of === undefined ? [] : [of]),
          from,
          to,
        )
        .map((row) => ({
          sequence: row.sequence,
          packetId: row.packet_id,
          manifestSha256: row.manifest_sha256,
        })),
    lastSequence: () => lastSequence(db),
    continueAbove: (sequence) => db.write((tx) => raiseFloor(tx, { sequence, manifestSha256: null })),
    reconciled: (answer, range, now) => db.write((tx) => reconciled(tx, answer, range, now)),
    reconciledOf: (answer, now) => db.write((tx) => reconciledOf(tx, answer, now)),
    measured: () => measured(db),
    purge: (now, retentionMs) =>
      db.write((tx) => {
        const erased = erase(tx, now, retentionMs);
        // Nearly always the same packets: what is left of either is asked for again.
        return purge(tx, now, retentionMs) || erased;
      }),
  };
}

function lease(tx: Writer, packetId: PacketId, now: number, leaseMs: number): OutboxItem | null {
  const free = tx.get(`SELECT 1 FROM outbox o WHERE o.packet_id = @packetId AND ${FREE}`, { now, packetId });
  const packet = readPacket(tx, packetId);
  if (free === undefined || packet === undefined || applyEvent(tx, packet, 'attempt') === null) return null;
  tx.run('UPDATE outbox SET lease_until = ? WHERE packet_id = ?', now + leaseMs, packetId);
  const row = tx.get<ItemRow>(
    `${ITEM} FROM outbox o JOIN packet p USING (packet_id) WHERE p.packet_id = ?`,
    packetId,
  );
  return row === undefined ? null : toItem(row);
}

function subject(db: Reader, packetId: PacketId, receipt: string): ReturnType<OutboxStore['subject']> {
  const row = db.get<ItemRow>(
    `${ITEM} FROM outbox o JOIN packet p USING (packet_id) WHERE p.packet_id = ?`,
    packetId,
  );
  if (row === undefined) return null;
  const known = db.get('SELECT 1 FROM receipt WHERE packet_id = ? AND receipt = ?', packetId, receipt);
  return { packet: toSubject(row), state: row.state, isKnown: known !== undefined };
}

/** A few packets at a time: their pages are overwritten as they go, and all of that passes through the log. */
function purge(tx: Writer, now: number, retentionMs: number): number {
  const candidates = tx.all<PacketRow>(
    `SELECT packet_id, sequence, state, amends, replaces, received_at FROM packet
     WHERE received_at IS NOT NULL AND purged_at IS NULL AND received_at <= ?
       AND state IN (SELECT value FROM json_each(?))
     ORDER BY received_at LIMIT ${PURGE_BATCH}`,
    now - retentionMs,
    JSON.stringify(FINAL_STATES),
  );
  const purged = candidates.filter((packet) => mayPurge(packet.state, packet.received_at, retentionMs, now));
  for (const packet of purged) {
    tx.run('DELETE FROM packet_blob WHERE packet_id = ?', packet.packet_id);
    tx.run('UPDATE packet SET purged_at = ? WHERE packet_id = ?', now, packet.packet_id);
  }
  return purged.length;
}

function toItem(row: ItemRow): OutboxItem {
  if (!isWaiting(row.state)) throw new Error(`packet ${row.packet_id} waits in state ${row.state}`);
  return { ...toSubject(row), place: row.place, attempts: row.attempts, offset: row.sent, state: row.state };
}

function toSubject(row: ItemRow): ReceiptSubject {
  return {
    packetId: row.packet_id,
    sequence: row.sequence,
    manifest: row.manifest,
    manifestSha256: row.manifest_sha256,
    sha256: row.sha256,
    size: row.size,
  };
}
