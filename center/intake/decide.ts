import { sql } from 'kysely';
import type { PacketId } from '../../app/ids.ts';
import type { BlobStore } from '../blobs.ts';
import { nextChange, type Db, type Tx } from '../database.ts';
import { markRecorded, unmarkRecorded } from '../register.ts';
import { examine, recapture, type Examined, type Refused, type Sealed, type Verdict } from './examine.ts';
import { lineOf, manifestOf, type PacketRow } from './line.ts';

/** Western Indonesian time: the date at a desk in Java when a packet came. */
const WIB_MS = 7 * 3_600_000;
/** Two days at that pace: a station that reconciles daily has sent again by then what the center lost. */
const WAITS_FOR_ORIGINAL = 300;

/** What deciding needs of a center. */
export interface Desk {
  readonly db: Db;
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly sealing: readonly { readonly keyId: string; readonly identity: string }[];
}

/**
 * Opens the packet that waits longest and gives it its outcome. Packet and outcome are one transaction with the row
 * locked, so that a crash leaves the packet unexamined, and replicas share the work without meeting.
 * @param cameBy what was received later waits
 * @param onTaken hears which it is before it is opened
 * @returns whether there was a packet to look at
 */
export async function decideNext(
  desk: Desk,
  cameBy: Date,
  onTaken: (id: PacketId) => void,
): Promise<boolean> {
  return desk.db.transaction().execute(async (tx) => {
    const packet = await tx
      .selectFrom('packet')
      .selectAll()
      .where('examined_at', 'is', null)
      .where('next_attempt_at', '<=', cameBy)
      .orderBy('next_attempt_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (packet === undefined) return false;
    onTaken(packet.packet_id);
    await decide(desk, tx, packet);
    return true;
  });
}

async function decide(desk: Desk, tx: Tx, packet: PacketRow): Promise<void> {
  const { line, end } = await lineOf(tx, packet);
  if (end === 'unknown' && packet.attempts < WAITS_FOR_ORIGINAL)
    throw new Error(`what ${packet.packet_id} amends is not here, or has no outcome yet`);
  const verdict =
    end === 'accepted'
      ? ALREADY_ACCEPTED
      : await judge(
          tx,
          packet,
          end === 'unknown' ? recapture('amends.unknown') : await open(desk, packet, line),
        );
  // A mark may still name the packet that was amended.
  if (verdict.remedy === 'recapture') for (const { packet_id } of line) await unmarkRecorded(tx, packet_id);
  const decidedAt = new Date();
  const change = await nextChange(tx, packet.kecamatan);
  await tx
    .insertInto('outcome')
    .values({
      packet_id: packet.packet_id,
      kecamatan: packet.kecamatan,
      change,
      verdict: verdict.verdict,
      remedy: verdict.remedy,
      reasons: JSON.stringify(verdict.reasons),
      decided_at: decidedAt,
    })
    .execute();
  await tx
    .updateTable('packet')
    .set({ examined_at: decidedAt })
    .where('packet_id', '=', packet.packet_id)
    .execute();
}

const ALREADY_ACCEPTED: Verdict = {
  verdict: 'duplicate',
  remedy: null,
  reasons: [{ code: 'amends.accepted', at: null }],
};

async function open(desk: Desk, packet: PacketRow, line: readonly PacketRow[]): Promise<Examined> {
  const sealed: Sealed[] = [];
  for (const row of line) {
    const key = desk.sealing.find(({ keyId }) => keyId === row.recipient_key_id);
    if (key === undefined) throw new Error(`no key ${row.recipient_key_id} here`);
    const bytes = await desk.blobs.read(row.packet_id);
    sealed.push({ manifest: manifestOf(row), bytes, identity: key.identity });
  }
  const receivedOn = new Date(packet.received_at.getTime() + WIB_MS).toISOString().slice(0, 10);
  return examine(sealed, receivedOn, packet.kecamatan);
}

/** What the register says: a NIK it knows, enrolled once. */
async function judge(tx: Tx, packet: PacketRow, examined: Examined | Refused): Promise<Verdict> {
  if (!examined.ok) return examined.verdict;
  const { biodata } = examined.whole.enrollment;
  const known = JSON.stringify(biodata);
  const resident = await tx
    .selectFrom('resident')
    .select(['kecamatan', sql<boolean>`biodata <> ${known}::jsonb`.as('isCorrected')])
    .where('nik', '=', biodata.nik)
    .executeTakeFirst();
  if (resident === undefined) {
    return { verdict: 'rejected', remedy: 'amend', reasons: [{ code: 'nik.unknown', at: 'nik' }] };
  }
  // The primary key decides, also between two replicas: the first one accepted holds the NIK.
  const first = await tx
    .insertInto('enrolled')
    .values({ nik: biodata.nik, packet_id: packet.packet_id, at: packet.received_at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (first.numInsertedOrUpdatedRows !== 1n) {
    return { verdict: 'duplicate', remedy: null, reasons: [{ code: 'nik.recorded', at: 'nik' }] };
  }
  await markRecorded(tx, [
    {
      nik: biodata.nik,
      packetId: packet.packet_id,
      stationId: packet.station_id,
      at: packet.received_at,
    },
  ]);
  // A change of its own: every desk of the kecamatan gets what was corrected, also where it knew of the recording before.
  if (resident.isCorrected) {
    await tx
      .updateTable('resident')
      .set({ biodata: known, change: await nextChange(tx, resident.kecamatan) })
      .where('nik', '=', biodata.nik)
      .execute();
  }
  return { verdict: 'accepted', remedy: null, reasons: [] };
}
