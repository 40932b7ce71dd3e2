import { manifestSchema, type Manifest } from '../../app/sync/protocol.ts';
import type { PacketId } from '../../app/ids.ts';
import type { AuditVerdict } from '../../app/ipc/people.ts';
import { auditHead, firstBroken, GENESIS } from './audit.ts';
import type { Reader } from './database.ts';
import { sha256 } from './rows.ts';
import { readStation } from './station.ts';

const PAGE = 500;
const MISMATCHED_SHOWN = 20;

interface PacketRow {
  packet_id: PacketId;
  sequence: number;
  manifest: string;
  manifest_sha256: string;
  receipt: string | null;
}

/**
 * The whole chain, and the heads that this station's manifests name held against it. Whoever rewrites the chain from
 * some entry on must change those manifests too, and then they are no longer what the center gave its receipts for.
 * @param speaksOf the hash of the manifest that a receipt is for; null for what the center's keys did not sign
 */
export function verifyAudit(db: Reader, speaksOf: (receipt: string) => string | null): AuditVerdict {
  const counts = { anchored: 0, older: 0, mismatched: [] as number[] };
  const own = readStation(db)?.activation.stationId ?? null;
  for (let after = 0, more = true; more; ) {
    const rows = db.all<PacketRow>(
      `SELECT p.packet_id, p.sequence, p.manifest, p.manifest_sha256,
         (SELECT r.receipt FROM receipt r WHERE r.packet_id = p.packet_id ORDER BY r.id DESC LIMIT 1) AS receipt
       FROM packet p WHERE p.sequence > ? ORDER BY p.sequence LIMIT ${PAGE}`,
      after,
    );
    for (const row of rows) {
      after = row.sequence;
      const standing = standingOf(db, row, own, speaksOf);
      if (standing === 'anchored') counts.anchored += 1;
      else if (standing === 'older') counts.older += 1;
      else if (standing === 'mismatched') counts.mismatched.push(row.sequence);
    }
    more = rows.length === PAGE;
  }
  return {
    entries: db.get<{ n: number }>('SELECT coalesce(max(sequence), 0) AS n FROM audit')?.n ?? 0,
    head: auditHead(db),
    brokenAt: firstBroken(db, undefined),
    ...counts,
    mismatched: counts.mismatched.slice(0, MISMATCHED_SHOWN),
  };
}

function standingOf(
  db: Reader,
  row: PacketRow,
  own: string | null,
  speaksOf: (receipt: string) => string | null,
): 'anchored' | 'older' | 'mismatched' | 'foreign' {
  const manifest = payloadOf(row.manifest);
  if (manifest === null || sha256(row.manifest) !== row.manifest_sha256) return 'mismatched';
  // Of another station, whose chain is not here.
  if (manifest.stationId !== own) return 'foreign';
  if (row.receipt !== null && speaksOf(row.receipt) !== row.manifest_sha256) return 'mismatched';
  const recorded = entryOf(db, row.packet_id, ['enrollment.recorded', 'amendment.recorded']);
  if (recorded === null)
    return entryOf(db, row.packet_id, ['packet.restored']) === null ? 'mismatched' : 'older';
  // The manifest names the head before the record's own entry.
  const before = db.get<{ hash: string }>('SELECT hash FROM audit WHERE sequence = ?', recorded - 1);
  return (before?.hash ?? GENESIS) === manifest.auditHead ? 'anchored' : 'mismatched';
}

function entryOf(db: Reader, packetId: PacketId, acts: readonly string[]): number | null {
  const row = db.get<{ sequence: number }>(
    `SELECT sequence FROM audit WHERE subject = ? AND what IN (SELECT value FROM json_each(?))
     ORDER BY sequence LIMIT 1`,
    packetId,
    JSON.stringify(acts),
  );
  return row?.sequence ?? null;
}

function payloadOf(jws: string): Manifest | null {
  try {
    const text = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8');
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
