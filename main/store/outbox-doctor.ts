import { RekamError } from '../../app/errors.ts';
import type { PacketAct } from '../../app/ipc/outbox.ts';
import type { PacketId } from '../../app/ids.ts';
import type { OutboxStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { outboxRow } from './outbox-list.ts';
import { successorOf } from './outbox-verdicts.ts';
import { applyEvent, NUMBER, requirePacket, type PacketRow } from './packets.ts';
import { iso } from './rows.ts';

/** Before the note in the audit entry of a hold by hand. */
const BY_HAND = 'person ';

/** What a supervisor sees and does about one packet. Nothing here ends a packet: it waits, or it is held. */
export function doctor(db: Database): Pick<OutboxStore, 'packet' | 'holdByHand' | 'release' | 'retry'> {
  return {
    packet: (packetId) => inspect(db, packetId),
    holdByHand: (packetId, note, by, now) =>
      db.write((tx) => {
        const packet = requirePacket(tx, packetId);
        // One that is held already keeps the reason it has.
        if (packet.state === 'held' || applyEvent(tx, packet, 'hold') === null)
          throw new RekamError('packet.state');
        tx.run("UPDATE packet SET hold_reason = 'person' WHERE packet_id = ?", packetId);
        tx.run('UPDATE outbox SET lease_until = 0 WHERE packet_id = ?', packetId);
        audit(tx, { at: now, by, what: 'packet.held', subject: packetId, detail: BY_HAND + note });
      }),
    release: (packetId, by, now) =>
      db.write((tx) => {
        const packet = requirePacket(tx, packetId);
        if (packet.state !== 'held' || !mayRelease(tx, packet) || applyEvent(tx, packet, 'release') === null)
          throw new RekamError('packet.state');
        forgetWait(tx, packetId);
        audit(tx, { at: now, by, what: 'packet.released', subject: packetId });
      }),
    retry: (packetId, by, now) =>
      db.write((tx) => {
        const packet = requirePacket(tx, packetId);
        if (packet.state !== 'recorded') throw new RekamError('packet.state');
        forgetWait(tx, packetId);
        audit(tx, { at: now, by, what: 'packet.retried', subject: packetId });
        return packet.sequence;
      }),
  };
}

function forgetWait(tx: Writer, packetId: PacketId): void {
  tx.run('UPDATE outbox SET next_attempt_at = 0, lease_until = 0 WHERE packet_id = ?', packetId);
}

/** One whose bytes nobody can read, and whose resident was recorded anew since, would be sent twice (G3). */
function mayRelease(db: Reader, packet: PacketRow): boolean {
  const reason = db.get<{ hold_reason: string | null }>(
    'SELECT hold_reason FROM packet WHERE packet_id = ?',
    packet.packet_id,
  )?.hold_reason;
  return reason !== 'unreadable' || successorOf(db, packet.packet_id) === null;
}

/** Entries of the audit that tell a packet's story, by their name there. */
const ACTS: Readonly<Record<string, PacketAct>> = {
  'enrollment.recorded': 'recorded',
  'packet.takenOver': 'takenOver',
  'packet.held': 'held',
  'packet.released': 'released',
  'packet.retried': 'retried',
  'packet.approved': 'approved',
  'packet.returned': 'returned',
  'packet.takenBack': 'takenBack',
  'packet.received': 'received',
  'packet.missing': 'resent',
  'packet.lost': 'lost',
  'packet.mismatched': 'mismatched',
};
const SHOWN = 50;

/** What a person wrote. */
function noteOf(act: PacketAct, detail: string | null): string | null {
  if (act === 'returned') return detail;
  return act === 'held' && detail?.startsWith(BY_HAND) === true ? detail.slice(BY_HAND.length) : null;
}

function inspect(db: Reader, packetId: PacketId): ReturnType<OutboxStore['packet']> {
  const packet = requirePacket(db, packetId);
  const row = outboxRow(db, packetId);
  const entries = db.all<{ at: number; name: string | null; what: string; detail: string | null }>(
    `SELECT a.at, c.name, a.what, a.detail FROM audit a LEFT JOIN account c ON c.id = a.by_account
     WHERE a.subject = ? AND a.what IN (SELECT value FROM json_each(?)) ORDER BY a.sequence DESC LIMIT ${SHOWN}`,
    packetId,
    JSON.stringify(Object.keys(ACTS)),
  );
  const successor = db.get<{ sequence: number }>(
    `SELECT ${NUMBER} AS sequence FROM packet p WHERE replaces = ? OR amends = ? ORDER BY p.sequence DESC LIMIT 1`,
    packetId,
    packetId,
  );
  const hasBytes = db.get('SELECT 1 FROM packet_blob WHERE packet_id = ?', packetId) !== undefined;
  return {
    row,
    mayRelease: packet.state === 'held' && mayRelease(db, packet),
    successor: successor?.sequence ?? null,
    hasBytes,
    history: entries.flatMap(({ at, name, what, detail }) => {
      const act = ACTS[what];
      if (act === undefined) return [];
      return [{ at: iso(at), by: name, act, note: noteOf(act, detail) }];
    }),
  };
}
