import type { PacketId } from '../../app/ids.ts';
import { deskRowSchema, type DeskRow } from '../../app/sync/mirror.ts';
import type { Manifest } from '../../app/sync/protocol.ts';
import { publicKeyX, sha256 } from '../security/sign.ts';
import { copyTables, openDamaged, type DamagedDatabase } from '../store/damaged.ts';
import type { Database } from '../store/database.ts';
import { raiseFloor, type SequenceFloor } from '../store/packets.ts';
import { readDeskRow, restorePacket } from '../store/recovery.ts';
import { readManifest, verifyManifest, type CopyKeys } from './copies.ts';

/**
 * Takes out of a database that was set aside whatever it still gives: packets whose bytes are those that were signed,
 * and what the desk had beside them. The old file stays as it is. Twice, it changes nothing.
 */
export function salvage(
  db: Database,
  file: string,
  keys: CopyKeys,
  now: number,
): { packets: number; drafts: number; reference: boolean } {
  let old: DamagedDatabase;
  try {
    old = openDamaged({ file, key: keys.database, nativeBinding: keys.nativeBinding });
  } catch {
    // Nothing opens it: the second copy and the center have to do.
    return { packets: 0, drafts: 0, reference: false };
  }
  try {
    const tables = db.write((tx) => copyTables(old, tx));
    const x = publicKeyX(keys.station);
    const ids = old.all<{ packet_id: PacketId; sequence: number }>(
      'SELECT packet_id, sequence FROM packet ORDER BY sequence',
    ).rows;
    let packets = 0;
    let last: SequenceFloor = { sequence: 0, manifestSha256: null };
    for (const { packet_id: packetId } of ids) {
      const given = manifestOf(old, packetId, x);
      if (given === null) continue;
      const { sequence } = given.manifest;
      if (!given.isForeign && sequence > last.sequence)
        last = { sequence, manifestSha256: sha256(given.jws) };
      if (salvagePacket(db, old, given, now)) packets += 1;
    }
    // A number that was given stays given, whatever became of its packet.
    db.write((tx) => raiseFloor(tx, last));
    return { ...tables, packets };
  } finally {
    old.close();
  }
}

interface Given {
  readonly jws: string;
  readonly manifest: Manifest;
  /** Of a station that this one took over. */
  readonly isForeign: boolean;
}

function manifestOf(old: DamagedDatabase, packetId: PacketId, x: string): Given | null {
  const jws = old.get<{ manifest: string }>(
    'SELECT manifest FROM packet WHERE packet_id = ?',
    packetId,
  )?.manifest;
  // An older database has no such column, and no such packets.
  const origin = old.get<{ origin: string | null }>(
    'SELECT origin FROM packet WHERE packet_id = ?',
    packetId,
  );
  const isForeign = origin?.origin != null;
  if (jws === undefined) return null;
  const manifest = isForeign ? readManifest(jws) : verifyManifest(jws, x);
  return manifest?.packetId === packetId ? { jws, manifest, isForeign } : null;
}

function salvagePacket(
  db: Database,
  old: DamagedDatabase,
  { jws, manifest, isForeign }: Given,
  now: number,
): boolean {
  const sealed = old.get<{ sealed: Uint8Array }>(
    'SELECT sealed FROM packet_blob WHERE packet_id = ?',
    manifest.packetId,
  )?.sealed;
  // Purged long ago, or spoiled: then perhaps the second copy has it.
  if (sealed === undefined || sealed.length !== manifest.size || sha256(sealed) !== manifest.sha256)
    return false;
  const row = rowOf(old, manifest.packetId);
  // Without its name the second copy, which may have that, goes first.
  if (row === null) return false;
  return db.write((tx) => restorePacket(tx, { manifest, jws, sealed, row, isForeign, now })) === 'restored';
}

function rowOf(old: DamagedDatabase, packetId: PacketId): DeskRow | null {
  try {
    const reader = { get: <Row>(sql: string, value: string) => old.get<Row>(sql, value) ?? undefined };
    const row = readDeskRow(reader, packetId);
    const parsed = deskRowSchema.safeParse(row === null ? null : { v: 1, ...row });
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
