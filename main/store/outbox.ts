import { RekamError } from '../../app/errors.ts';
import { isReceived, mayPurge } from '../../app/enrollment/lifecycle.ts';
import type { PacketId } from '../../app/ids.ts';
import { outcomeSchema, type Outcome } from '../../app/sync/protocol.ts';
import type { OutboxItem, OutboxStore, OutboxSummary } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { listOutbox } from './outbox-list.ts';
import { applyEvent, isWaiting, lastSequence, readPacket, requirePacket, type PacketRow } from './packets.ts';
import { parseJson, plainBytes } from './rows.ts';
import { writeSetting } from './settings.ts';

/**
 * No wait of ours is longer than this. A next attempt or lease further ahead was reckoned by a clock that has been set
 * back since (a flat CMOS battery), and counts as come: otherwise the packet would lie still for years.
 */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

const ITEM = `SELECT p.packet_id, p.sequence, p.manifest, p.manifest_sha256, p.sha256, p.size, p.state,
    o.attempts, o.sent`;

const FREE = `o.waiting = 1 AND (o.lease_until <= @now OR o.lease_until > @now + ${LONGEST_WAIT_MS})`;

export const DUE = `${ITEM} FROM outbox o JOIN packet p USING (packet_id)
  WHERE ${FREE} AND (@ignoreBackoff = 1 OR o.next_attempt_at <= @now OR o.next_attempt_at > @now + ${LONGEST_WAIT_MS})
  ORDER BY o.sequence LIMIT @limit`;

export const NEXT_DUE = 'SELECT min(max(next_attempt_at, lease_until)) AS at FROM outbox WHERE waiting = 1';

interface ItemRow {
  packet_id: PacketId;
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
    due: (now, limit, ignoreBackoff) =>
      db.all<ItemRow>(DUE, { now, limit, ignoreBackoff: ignoreBackoff ? 1 : 0 }).map(toItem),
    nextDueAt: () => db.get<{ at: number | null }>(NEXT_DUE)?.at ?? null,
    lease: (packetId, now, leaseMs) => db.write((tx) => lease(tx, packetId, now, leaseMs)),
    renew: (packetId, now, leaseMs) =>
      db.write((tx) => {
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
      db.write((tx) => {
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
      db.write((tx) => {
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
    release: (packetId, by, now) =>
      db.write((tx) => {
        const packet = requirePacket(tx, packetId);
        if (packet.state !== 'held' || applyEvent(tx, packet, 'release') === null)
          throw new RekamError('packet.state');
        tx.run('UPDATE outbox SET next_attempt_at = 0, lease_until = 0 WHERE packet_id = ?', packetId);
        audit(tx, { at: now, by, what: 'packet.released', subject: packetId });
      }),
    received: (packetId, receipt, receivedAt) =>
      db.write((tx) => received(tx, packetId, receipt, receivedAt)),
    outcomes: (outcomes, cursor, now) =>
      db.write((tx) => {
        for (const outcome of outcomes) applyOutcome(tx, outcome, now);
        writeSetting(tx, 'outcomeCursor', cursor);
      }),
    summary: (startOfDay) => summary(db, startOfDay),
    list: (filter, offset, limit) => listOutbox(db, filter, offset, limit),
    range: (from, to) =>
      db
        .all<{ sequence: number; packet_id: PacketId; manifest_sha256: OutboxItem['manifestSha256'] }>(
          'SELECT sequence, packet_id, manifest_sha256 FROM packet WHERE sequence BETWEEN ? AND ? ORDER BY sequence',
          from,
          to,
        )
        .map((row) => ({
          sequence: row.sequence,
          packetId: row.packet_id,
          manifestSha256: row.manifest_sha256,
        })),
    lastSequence: () => lastSequence(db),
    missing: (packetIds, now) =>
      db.write((tx) => packetIds.filter((packetId) => sendAgain(tx, packetId, now)).length),
    purge: (now, retentionMs) => db.write((tx) => purge(tx, now, retentionMs)),
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

function received(tx: Writer, packetId: PacketId, receipt: string, receivedAt: number): void {
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
  supersede(tx, packet);

  // The verdict may have come first: the center's answer to the upload was lost, its outcomes were not.
  const waiting = tx.get<{ verdict: Outcome['verdict'] }>(
    'SELECT verdict FROM outcome WHERE packet_id = ?',
    packetId,
  );
  if (waiting !== undefined) applyEvent(tx, requirePacket(tx, packetId), waiting.verdict);
}

/** What this packet amends or replaces has done its part; a packet that the center accepted meanwhile stays so. */
function supersede(tx: Writer, successor: PacketRow): void {
  for (const id of [successor.amends, successor.replaces]) {
    const old = id === null ? undefined : readPacket(tx, id as PacketId);
    if (old !== undefined) applyEvent(tx, old, 'superseded');
  }
}

function applyOutcome(tx: Writer, outcome: Outcome, now: number): void {
  const packet = readPacket(tx, outcome.packetId);
  if (packet === undefined) return;
  const before = tx.get<{ outcome: string }>(
    'SELECT outcome FROM outcome WHERE packet_id = ?',
    outcome.packetId,
  );
  // Pages of outcomes overlap after a cut; an older verdict never replaces a newer one.
  if (before !== undefined && parseJson(outcomeSchema, before.outcome).decidedAt > outcome.decidedAt) return;
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
  // Without a verified receipt the state stays ours; `received` applies the verdict when the receipt is here.
  applyEvent(tx, packet, outcome.verdict);
}

function sendAgain(tx: Writer, packetId: PacketId, now: number): boolean {
  const packet = readPacket(tx, packetId);
  if (packet === undefined || !isReceived(packet.state)) return false;
  const sealed = tx.get('SELECT 1 FROM packet_blob WHERE packet_id = ?', packetId);
  if (sealed === undefined || applyEvent(tx, packet, 'missing') === null) return false;
  tx.run('UPDATE packet SET received_at = NULL WHERE packet_id = ?', packetId);
  tx.run(
    `UPDATE outbox SET attempts = 0, next_attempt_at = 0, lease_until = 0, sent = 0, last_problem = 'missing'
     WHERE packet_id = ?`,
    packetId,
  );
  audit(tx, { at: now, by: null, what: 'packet.missing', subject: packetId });
  return true;
}

function purge(tx: Writer, now: number, retentionMs: number): number {
  const candidates = tx.all<PacketRow>(
    `SELECT packet_id, sequence, state, amends, replaces, received_at FROM packet
     WHERE received_at IS NOT NULL AND purged_at IS NULL AND received_at <= ?`,
    now - retentionMs,
  );
  const purged = candidates.filter((packet) => mayPurge(packet.state, packet.received_at, retentionMs, now));
  for (const packet of purged) {
    tx.run('DELETE FROM packet_blob WHERE packet_id = ?', packet.packet_id);
    tx.run('UPDATE packet SET purged_at = ? WHERE packet_id = ?', now, packet.packet_id);
  }
  return purged.length;
}

/** Whatever is not received yet is counted; the rest of an unbroken sequence is what the center holds. */
function summary(db: Reader, startOfDay: number): OutboxSummary {
  const count = (state: string) =>
    db.get<{ n: number; bytes: number | null; oldest: number | null }>(
      'SELECT count(*) AS n, sum(size) AS bytes, min(recorded_at) AS oldest FROM packet WHERE state = ?',
      state,
    ) ?? { n: 0, bytes: null, oldest: null };
  const recorded = count('recorded');
  const sending = count('sending');
  const held = count('held');
  const waiting = recorded.n + sending.n;
  const oldest = [recorded.oldest, sending.oldest].filter((at) => at !== null);
  return {
    waiting,
    held: held.n,
    rejected: count('rejected').n,
    received: lastSequence(db) - waiting - held.n,
    waitingBytes: (recorded.bytes ?? 0) + (sending.bytes ?? 0),
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    lastReceiptAt:
      db.get<{ at: number | null }>('SELECT max(received_at) AS at FROM packet WHERE received_at IS NOT NULL')
        ?.at ?? null,
    recordedToday:
      db.get<{ n: number }>('SELECT count(*) AS n FROM enrollment WHERE recorded_at >= ?', startOfDay)?.n ??
      0,
  };
}

function toItem(row: ItemRow): OutboxItem {
  if (!isWaiting(row.state)) throw new Error(`packet ${row.packet_id} waits in state ${row.state}`);
  return {
    packetId: row.packet_id,
    sequence: row.sequence,
    manifest: row.manifest,
    manifestSha256: row.manifest_sha256,
    sha256: row.sha256,
    size: row.size,
    attempts: row.attempts,
    offset: row.sent,
    state: row.state,
  };
}
