import type { Finding, FindingKind } from '../../app/sync/finding.ts';
import type { PacketId } from '../../app/ids.ts';
import type { FindingStore } from './api.ts';
import type { Database, Writer } from './database.ts';
import { iso, isoOrNull } from './rows.ts';

interface FindingRow {
  kind: FindingKind;
  from_sequence: number;
  to_sequence: number;
  packet_id: string;
  found_at: number;
  settled_at: number | null;
  nama: string | null;
  state: NonNullable<Finding['packet']>['state'] | null;
}

export function createFindingStore(db: Database): FindingStore {
  return {
    latest: (limit) =>
      db
        .all<FindingRow>(
          `SELECT f.*, e.nama, p.state FROM finding f LEFT JOIN packet p USING (packet_id)
           LEFT JOIN enrollment e USING (packet_id)
           ORDER BY f.settled_at IS NOT NULL, f.found_at DESC, f.from_sequence LIMIT ?`,
          limit,
        )
        .map(toFinding),
  };
}

export interface Found {
  readonly kind: FindingKind;
  readonly from: number;
  readonly to: number;
  readonly packetId: PacketId | null;
}

/** One request's answer: what it names stands, what it no longer names in its range is settled. */
export function writeFindings(
  tx: Writer,
  range: { readonly from: number; readonly to: number },
  found: readonly Found[],
  now: number,
): void {
  // What was found before and is found again keeps its first date, unless it was over in between.
  tx.run(
    'UPDATE finding SET settled_at = ? WHERE settled_at IS NULL AND from_sequence BETWEEN ? AND ?',
    now,
    range.from,
    range.to,
  );
  for (const { kind, from, to, packetId } of found)
    tx.run(
      `INSERT INTO finding(kind, from_sequence, to_sequence, packet_id, found_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET settled_at = NULL,
         found_at = CASE WHEN settled_at = excluded.found_at THEN found_at ELSE excluded.found_at END`,
      kind,
      from,
      to,
      packetId ?? '',
      now,
    );
}

function toFinding(row: FindingRow): Finding {
  return {
    kind: row.kind,
    from: row.from_sequence,
    to: row.to_sequence,
    packetId: row.packet_id === '' ? null : (row.packet_id as PacketId),
    packet: row.nama === null || row.state === null ? null : { nama: row.nama, state: row.state },
    foundAt: iso(row.found_at),
    settledAt: isoOrNull(row.settled_at),
  };
}
