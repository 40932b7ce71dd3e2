import type { PacketId, Sha256 } from '../../app/ids.ts';
import type { Database } from './database.ts';
import type { MirrorItem, MirrorStore } from './mirror-api.ts';

const ITEM = 'SELECT packet_id, sequence AS place, manifest, sha256, size FROM packet';
/** Bytes that no disk gives back any more cannot be copied; the outbox says so by itself. */
const COPYABLE = "NOT (state = 'held' AND hold_reason IS 'unreadable')";

export const UNMIRRORED = `${ITEM} WHERE mirrored_at IS NULL AND purged_at IS NULL AND sequence > ? AND ${COPYABLE}
  ORDER BY sequence LIMIT ?`;
export const LEFTOVER =
  'SELECT packet_id FROM packet WHERE mirrored_at IS NOT NULL AND purged_at IS NOT NULL ORDER BY sequence LIMIT ?';

interface ItemRow {
  packet_id: PacketId;
  place: number;
  manifest: string;
  sha256: Sha256;
  size: number;
}

export function createMirrorStore(db: Database): MirrorStore {
  return {
    due: (after, limit) => db.all<ItemRow>(UNMIRRORED, after, limit).map(toItem),
    copied: (after, limit) =>
      db
        .all<ItemRow>(
          `${ITEM} WHERE sequence > ? AND mirrored_at IS NOT NULL AND purged_at IS NULL ORDER BY sequence LIMIT ?`,
          after,
          limit,
        )
        .map(toItem),
    behind: () =>
      db.get<{ n: number }>(
        `SELECT count(*) AS n FROM packet WHERE mirrored_at IS NULL AND purged_at IS NULL AND ${COPYABLE}`,
      )?.n ?? 0,
    // A power cut may take it back: then the copy is read again, and found whole.
    done: (packetId, now) =>
      db.writeUnsynced((tx) => {
        tx.run('UPDATE packet SET mirrored_at = ? WHERE packet_id = ?', now, packetId);
      }),
    forget: (packets) =>
      db.write((tx) => {
        if (packets === 'all') tx.run('UPDATE packet SET mirrored_at = NULL WHERE mirrored_at IS NOT NULL');
        else
          for (const packetId of packets)
            tx.run('UPDATE packet SET mirrored_at = NULL WHERE packet_id = ?', packetId);
      }),
    leftover: (limit) => db.all<{ packet_id: PacketId }>(LEFTOVER, limit).map((row) => row.packet_id),
    removed: (packetId) =>
      db.writeUnsynced((tx) => {
        tx.run('UPDATE packet SET mirrored_at = NULL WHERE packet_id = ?', packetId);
      }),
    unknown: (packets) =>
      packets.filter(
        (packetId) => db.get('SELECT 1 FROM packet WHERE packet_id = ?', packetId) === undefined,
      ),
    last: () => {
      const row = db.get<{ sequence: number; manifest_sha256: Sha256 }>(
        'SELECT sequence, manifest_sha256 FROM packet WHERE sequence > 0 ORDER BY sequence DESC LIMIT 1',
      );
      return row === undefined ? null : { sequence: row.sequence, manifestSha256: row.manifest_sha256 };
    },
  };
}

function toItem(row: ItemRow): MirrorItem {
  return {
    packetId: row.packet_id,
    place: row.place,
    manifest: row.manifest,
    sha256: row.sha256,
    size: row.size,
  };
}
