import { z } from 'zod';
import { RekamError } from '../../app/errors.ts';
import {
  isReceived,
  transition,
  type PacketEvent,
  type PacketState,
} from '../../app/enrollment/lifecycle.ts';
import { sha256Schema, type PacketId } from '../../app/ids.ts';
import type { Reader, Writer } from './database.ts';
import { iso, parseJson } from './rows.ts';
import { readSetting, writeSetting } from './settings.ts';

export interface PacketRow {
  readonly packet_id: PacketId;
  readonly sequence: number;
  readonly state: PacketState;
  readonly amends: string | null;
  readonly replaces: string | null;
  readonly received_at: number | null;
}

export function readPacket(db: Reader, packetId: PacketId): PacketRow | undefined {
  return db.get<PacketRow>(
    'SELECT packet_id, sequence, state, amends, replaces, received_at FROM packet WHERE packet_id = ?',
    packetId,
  );
}

/** Of packet `p`: the number in its manifest. Its `sequence` is the same unless another station recorded it. */
export const NUMBER = 'coalesce(p.origin_sequence, p.sequence)';

/** Before every place in the outbox, those of other stations' packets too. */
export const BEFORE_ALL = Number.MIN_SAFE_INTEGER;
/** Where the places of other stations' packets begin: as they come, and all of them before this station's own. */
const FIRST_FOREIGN_PLACE = -2_000_000_000;

export function nextForeignPlace(db: Reader): number {
  const last = db.get<{ n: number | null }>('SELECT max(sequence) AS n FROM packet WHERE sequence < 0')?.n;
  return last == null ? FIRST_FOREIGN_PLACE : last + 1;
}

/** @throws RekamError `packet.unknown` */
export function requirePacket(db: Reader, packetId: PacketId): PacketRow {
  const row = readPacket(db, packetId);
  if (row === undefined) throw new RekamError('packet.unknown');
  return row;
}

/**
 * The only writer of a packet's state: asks the lifecycle, then moves packet and outbox entry together.
 * @returns the new state, or null when the lifecycle does not know this step
 */
export function applyEvent(tx: Writer, packet: PacketRow, event: PacketEvent): PacketState | null {
  const next = transition(packet.state, event);
  if (!next.ok) return null;
  const state = next.value;
  tx.run('UPDATE packet SET state = ? WHERE packet_id = ?', state, packet.packet_id);
  if (state !== 'held') tx.run('UPDATE packet SET hold_reason = NULL WHERE packet_id = ?', packet.packet_id);
  tx.run('UPDATE outbox SET waiting = ? WHERE packet_id = ?', isWaiting(state) ? 1 : 0, packet.packet_id);
  if (isReceived(state)) tx.run('UPDATE outbox SET lease_until = 0 WHERE packet_id = ?', packet.packet_id);
  return state;
}

export function isWaiting(state: PacketState): boolean {
  return state === 'recorded' || state === 'sending';
}

/** At the start of a run: whoever took packets under a lease is gone. */
export function resetLeases(tx: Writer): void {
  tx.run('UPDATE outbox SET lease_until = 0 WHERE waiting = 1 AND lease_until <> 0');
  const sending = tx.all<PacketRow>(
    "SELECT packet_id, sequence, state, amends, replaces, received_at FROM packet WHERE state = 'sending'",
  );
  for (const packet of sending) applyEvent(tx, packet, 'failed');
}

/** The highest number that is known to have been given, by this database or by the one before it. */
export function lastSequence(db: Reader): number {
  const here = db.get<{ n: number | null }>('SELECT max(sequence) AS n FROM packet')?.n ?? 0;
  return Math.max(here, sequenceFloor(db)?.sequence ?? 0);
}

const floorSchema = z.object({ sequence: z.int(), manifestSha256: sha256Schema.nullable() });
export type SequenceFloor = z.infer<typeof floorSchema>;

/** Where a database that was built anew goes on; null for one that holds every number from 1. */
export function sequenceFloor(db: Reader): SequenceFloor | null {
  const stored = readSetting(db, 'sequenceFloor');
  return stored === null ? null : parseJson(floorSchema, stored);
}

export function raiseFloor(tx: Writer, floor: SequenceFloor): void {
  if (floor.sequence <= (sequenceFloor(tx)?.sequence ?? -1)) return;
  writeSetting(tx, 'sequenceFloor', JSON.stringify(floor));
}

export interface RecordedHere {
  readonly packetId: PacketId;
  readonly at: number;
}

/**
 * The enrollment of this resident at this station that still counts. One that its successor superseded does not, nor
 * one of which the center wants a whole new recording, nor one that the supervisor returned, nor one whose bytes the
 * disk lost: nobody can send that any more, so the resident must be able to come again. Its row, number and place in
 * the chain stay.
 */
export function recordedHere(db: Reader, nik: string): RecordedHere | null {
  const row = db.get<{ packet_id: PacketId; recorded_at: number }>(
    `SELECT e.packet_id, e.recorded_at FROM enrollment e JOIN packet p USING (packet_id)
     LEFT JOIN outcome o USING (packet_id)
     WHERE (e.nik = ? OR e.nik_hash = ?) AND ${COUNTS_AS_RECORDED} ORDER BY p.sequence DESC LIMIT 1`,
    nik,
    db.keyedHash(nik),
  );
  return row === undefined ? null : { packetId: row.packet_id, at: row.recorded_at };
}

/** Nobody can send this packet any more. @param p its alias */
export function isUnreadable(p: string): string {
  return `(${p}.state = 'held' AND ${p}.hold_reason IS 'unreadable')`;
}

/** The supervisor does not let this enrollment go; of an amendment there is still what it amends. @param p its alias */
export function isReturned(p: string): string {
  return `(${p}.state = 'returned' AND ${p}.kind = 'enrollment')`;
}

/** Of packet `p` and its outcome `o`: the resident may, and must, be recorded anew. */
export const IS_WANTED_NEW = `(p.state = 'rejected' AND o.remedy IS 'recapture' OR p.state = 'returned' OR ${isUnreadable('p')})`;

/** For a join of packet `p` with its outcome `o`. */
export const COUNTS_AS_RECORDED = `p.state <> 'superseded' AND NOT ${IS_WANTED_NEW}`;

export const ERASED_HERE = `
  SELECT e.nik_hash AS hash FROM json_each(?) asked JOIN enrollment e ON e.nik_hash = asked.value
  JOIN packet p USING (packet_id) LEFT JOIN outcome o USING (packet_id) WHERE ${COUNTS_AS_RECORDED}`;

/** Which of these were recorded here and are known by a hash alone since their data were erased. One statement for a whole list. */
export function erasedHere(db: Reader, niks: readonly string[]): ReadonlySet<string> {
  const byHash = new Map(niks.map((nik) => [db.keyedHash(nik), nik]));
  const rows = db.all<{ hash: string }>(ERASED_HERE, JSON.stringify([...byHash.keys()]));
  return new Set(rows.flatMap(({ hash }) => byHash.get(hash) ?? []));
}

/** Of packet `p`: what a new recording of the same resident replaces. */
export const IS_REPLACED_BY_NEW = `(p.state = 'rejected' OR ${isReturned('p')} OR ${isUnreadable('p')})`;

/**
 * Of resident `r`: the center's mark comes from our own journal, and speaks of a packet that it will never get, or that
 * it wants recorded anew; it takes the mark back itself, but only with the reference data.
 */
export const IS_MARKED_FOR_LOST = `EXISTS (
    SELECT 1 FROM packet p LEFT JOIN outcome o USING (packet_id)
    WHERE p.packet_id = r.recorded_packet AND ${IS_WANTED_NEW}
  )`;

/** Refuses a second recording before any capture starts (G3). */
export function refuseRecorded(db: Reader, nik: string, center: { readonly at: string } | null): void {
  const here = recordedHere(db, nik);
  if (here !== null) throw new RekamError('resident.recordedHere', { at: iso(here.at) });
  if (center !== null) throw new RekamError('resident.recordedElsewhere', { at: center.at });
}
