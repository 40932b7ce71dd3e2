import { biodataSchema } from '../../app/enrollment/biodata.ts';
import { isReviewed, reviewModeSchema, risksSchema, USUAL_REVIEW, type Risk } from '../../app/desk/review.ts';
import { readSettingAs } from '../../app/desk/settings.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId, PacketId } from '../../app/ids.ts';
import { REVIEWS_SHOWN, type ReviewList, type ReviewRow } from '../../app/ipc/review.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { applyEvent, NUMBER, requirePacket, type PacketRow } from './packets.ts';
import type { KeptReview, ReviewStore } from './review-api.ts';
import { iso, parseJson, plainBytes } from './rows.ts';
import { readSetting } from './settings.ts';
import { IS_OPEN_TASK } from './tasks.ts';

/** Of packet `p`, which was returned. */
const IS_STILL_WANTED = `NOT EXISTS (SELECT 1 FROM packet s WHERE s.replaces = p.packet_id)
  AND (p.amends IS NULL OR EXISTS (SELECT 1 FROM packet t WHERE t.packet_id = p.amends AND ${IS_OPEN_TASK}))`;
const ROWS = `
  SELECT r.packet_id, ${NUMBER} AS sequence, p.kind, e.nama, e.recorded_at, e.operator_id, e.operator_name, r.risks,
    r.decided_at, r.reason, coalesce((SELECT name FROM account WHERE id = r.decided_by), r.decided_by, '') AS decided_by`;
/**
 * Of one whose receipt came meanwhile there is nothing left to decide. CROSS JOIN: by the review's own index, whatever
 * SQLite thinks of the others.
 */
export const REVIEWS_WAITING = `${ROWS}
  FROM review r CROSS JOIN packet p USING (packet_id) JOIN enrollment e USING (packet_id)
  WHERE r.decision IS NULL AND p.state = 'review' ORDER BY r.is_risky DESC, r.since, r.packet_id LIMIT ?`;
/** Whoever was recorded anew, or whose first recording wants no amendment any more, is nobody's question. */
export const REVIEWS_RETURNED = `${ROWS}
  FROM packet p CROSS JOIN review r USING (packet_id) JOIN enrollment e USING (packet_id)
  WHERE p.state = 'returned' AND ${IS_STILL_WANTED} ORDER BY r.decided_at DESC LIMIT ?`;
export const REVIEWS_COUNT = "SELECT count(*) AS n FROM packet WHERE state = 'review'";

interface Row {
  packet_id: PacketId;
  sequence: number;
  kind: ReviewRow['kind'];
  nama: string;
  recorded_at: number;
  operator_id: string;
  operator_name: string;
  risks: string;
  decided_at: number | null;
  decided_by: string;
  reason: string | null;
}

export function createReviewStore(db: Database): ReviewStore {
  return {
    list: (which, forWhom) => list(db, which, forWhom),
    open: (packetId) => open(db, packetId),
    approve: (packetIds, by, now) =>
      db.write((tx) => {
        for (const packetId of packetIds) approve(tx, packetId, packetIds.length > 1, by, now);
      }),
    return: (packetId, reason, by, now) =>
      db.write((tx) => {
        const packet = requireIn(tx, packetId, 'review');
        applyEvent(tx, packet, 'return');
        decided(tx, packetId, { decision: 'returned', reason, by, now });
        audit(tx, { at: now, by, what: 'packet.returned', subject: packetId, detail: reason });
      }),
    takeBack: (packetId, by, now) =>
      db.write((tx) => {
        const packet = requireIn(tx, packetId, 'returned');
        // Both would be sent (G3).
        const isWanted = tx.get(
          `SELECT 1 FROM packet p WHERE p.packet_id = ? AND ${IS_STILL_WANTED}`,
          packetId,
        );
        if (isWanted === undefined) throw new RekamError('packet.state');
        applyEvent(tx, packet, 'review');
        decided(tx, packetId, null);
        audit(tx, { at: now, by, what: 'packet.takenBack', subject: packetId });
      }),
  };
}

function list(db: Reader, which: 'waiting' | 'returned', forWhom: AccountId): ReviewList {
  const rows = db.all<Row>(which === 'waiting' ? REVIEWS_WAITING : REVIEWS_RETURNED, REVIEWS_SHOWN);
  const total = which === 'waiting' ? countReviews(db) : rows.length;
  return {
    total,
    rows: rows.map((row) => ({
      packetId: row.packet_id,
      sequence: row.sequence,
      kind: row.kind,
      nama: row.nama,
      recordedAt: iso(row.recorded_at),
      operator: row.operator_name,
      isOwn: row.operator_id === forWhom,
      risks: parseJson(risksSchema, row.risks),
      returned:
        row.decided_at === null || which === 'waiting'
          ? null
          : { at: iso(row.decided_at), by: row.decided_by, reason: row.reason ?? '' },
    })),
  };
}

export function countReviews(db: Reader): number {
  return db.get<{ n: number }>(REVIEWS_COUNT)?.n ?? 0;
}

function open(db: Reader, packetId: PacketId): ReturnType<ReviewStore['open']> {
  const row = db.get<{ biodata: string; thumbnail: Uint8Array | null }>(
    `SELECT e.biodata, e.thumbnail FROM enrollment e JOIN packet p USING (packet_id)
     WHERE p.packet_id = ? AND p.state IN ('review', 'returned')`,
    packetId,
  );
  if (row === undefined) throw new RekamError('packet.state');
  return {
    biodata: parseJson(biodataSchema, row.biodata),
    photo: row.thumbnail === null ? null : plainBytes(row.thumbnail),
  };
}

/** Four eyes: whoever recorded it has seen it already. */
function approve(tx: Writer, packetId: PacketId, isOneOfMany: boolean, by: AccountId, now: number): void {
  const packet = requireIn(tx, packetId, 'review');
  const known = tx.get<{ operator_id: string; is_risky: number }>(
    'SELECT e.operator_id, r.is_risky FROM review r JOIN enrollment e USING (packet_id) WHERE r.packet_id = ?',
    packetId,
  );
  if (known === undefined) throw new RekamError('packet.state');
  if (known.operator_id === by) throw new RekamError('review.own');
  // What has a risk is looked at by itself.
  if (isOneOfMany && known.is_risky === 1) throw new RekamError('request.invalid');
  applyEvent(tx, packet, 'approve');
  decided(tx, packetId, { decision: 'approved', reason: null, by, now });
  audit(tx, { at: now, by, what: 'packet.approved', subject: packetId });
}

/** @throws RekamError `packet.unknown`, `packet.state` */
function requireIn(db: Reader, packetId: PacketId, state: 'review' | 'returned'): PacketRow {
  const packet = requirePacket(db, packetId);
  if (packet.state !== state) throw new RekamError('packet.state');
  return packet;
}

interface Decision {
  readonly decision: 'approved' | 'returned';
  readonly reason: string | null;
  readonly by: string;
  readonly now: number;
}

function decided(tx: Writer, packetId: PacketId, decision: Decision | null): void {
  tx.run(
    'UPDATE review SET decision = ?, decided_at = ?, decided_by = ?, reason = ? WHERE packet_id = ?',
    ...[decision?.decision ?? null, decision?.now ?? null, decision?.by ?? null, decision?.reason ?? null],
    packetId,
  );
  // The second copy says how its packet stands in the review: it is written again.
  tx.run('UPDATE packet SET mirrored_at = NULL WHERE packet_id = ?', packetId);
}

/**
 * In the transaction that records it: whether a supervisor sees this packet before it goes. What the setting becomes
 * later changes nothing about it.
 */
export function beginReview(
  tx: Writer,
  packetId: PacketId,
  recorded: { readonly risks: readonly Risk[]; readonly manifestSha256: string; readonly at: number },
): void {
  const mode = readSettingAs(readSetting(tx, 'review'), reviewModeSchema, USUAL_REVIEW);
  if (isReviewed(mode, recorded.risks, recorded.manifestSha256))
    putInReview(tx, packetId, { risks: [...recorded.risks], since: recorded.at, returned: null });
}

/** @param packetId of a packet that is `recorded` */
export function putInReview(tx: Writer, packetId: PacketId, { risks, since, returned }: KeptReview): void {
  applyEvent(tx, requirePacket(tx, packetId), 'review');
  tx.run(
    'INSERT INTO review(packet_id, risks, is_risky, since) VALUES (?, ?, ?, ?)',
    ...[packetId, JSON.stringify(risks), risks.length > 0 ? 1 : 0, since],
  );
  if (returned === null) return;
  applyEvent(tx, requirePacket(tx, packetId), 'return');
  decided(tx, packetId, { decision: 'returned', reason: returned.reason, by: returned.by, now: returned.at });
}

/** Null for one that was never in review, or was approved. A damaged database offers one row by one value. */
export function readKeptReview(
  db: { get<T>(sql: string, value: string): T | undefined },
  packetId: string,
): KeptReview | null {
  const row = db.get<{
    risks: string;
    since: number;
    decision: string | null;
    decided_at: number | null;
    decided_by: string | null;
    reason: string | null;
  }>("SELECT * FROM review WHERE packet_id = ? AND decision IS NOT 'approved'", packetId);
  if (row === undefined) return null;
  const { since, decision, decided_at: at, decided_by: by, reason } = row;
  return {
    risks: parseJson(risksSchema, row.risks),
    since,
    returned: decision === null ? null : { at: at ?? since, by: by ?? '', reason: reason ?? '' },
  };
}
