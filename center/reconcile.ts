import { sql } from 'kysely';
import type { z } from 'zod';
import type { PacketId, StationId } from '../app/ids.ts';
import type { ReconcileAnswer, reconcileRequestSchema } from '../app/sync/protocol.ts';
import type { Db } from './database.ts';
import { ProblemError } from './problems.ts';

type ReconcileRequest = z.infer<typeof reconcileRequestSchema>;

/** @throws ProblemError unless this station delivers what that one left */
export async function requireTakenOver(db: Db, by: StationId, of: StationId): Promise<void> {
  const row = await db.selectFrom('station').select('taken_over_by').where('id', '=', of).executeTakeFirst();
  if (row?.taken_over_by !== by) throw new ProblemError('request-invalid', 'not taken over by this station');
}

/** Compares what a station lists for a range of its sequence with what is held here. */
export async function reconcile(
  db: Db,
  stationId: StationId,
  request: ReconcileRequest,
): Promise<ReconcileAnswer> {
  const { from, to, packets: listed } = request;
  if (to < from || listed.some(({ sequence }) => sequence < from || sequence > to)) {
    throw new ProblemError('request-invalid', 'a sequence lies outside the range');
  }
  const inRange = await db
    .selectFrom('packet')
    .select(['packet_id', 'sequence'])
    .where('station_id', '=', stationId)
    .where('sequence', '>=', from)
    .where('sequence', '<=', to)
    .orderBy('sequence')
    .execute();
  const held = await heldAmong(
    db,
    stationId,
    listed.map(({ packetId }) => packetId),
  );
  const listedIds = new Set(listed.map(({ packetId }) => packetId));
  return {
    missing: listed.filter(({ packetId }) => !held.has(packetId)).map(({ packetId }) => packetId),
    unknown: inRange
      .filter((packet) => !listedIds.has(packet.packet_id))
      .map((packet) => ({ sequence: packet.sequence, packetId: packet.packet_id })),
    mismatched: listed
      .filter(({ packetId, manifestSha256 }) => held.has(packetId) && held.get(packetId) !== manifestSha256)
      .map(({ packetId }) => packetId),
    gaps: gapsIn(from, to, [
      ...listed.map(({ sequence }) => sequence),
      ...inRange.map(({ sequence }) => sequence),
    ]),
  };
}

/** How many residents of a kecamatan hold an accepted enrollment, by desa. */
export async function acceptedByDesa(
  db: Db,
  kecamatan: string,
): Promise<NonNullable<ReconcileAnswer['accepted']>> {
  return db
    .selectFrom('resident')
    .innerJoin('enrolled', 'enrolled.nik', 'resident.nik')
    .select([sql<string>`biodata ->> 'desa'`.as('desa'), sql<number>`count(*)::int4`.as('count')])
    .where('resident.kecamatan', '=', kecamatan)
    .groupBy('desa')
    .orderBy('desa')
    .execute();
}

async function heldAmong(db: Db, stationId: StationId, ids: PacketId[]): Promise<Map<PacketId, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('packet')
    .select(['packet_id', 'manifest_sha256'])
    .where('station_id', '=', stationId)
    .where('packet_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.packet_id, row.manifest_sha256]));
}

/** Ranges of [from, to] in which no number was named. */
export function gapsIn(from: number, to: number, named: readonly number[]): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  let next = from;
  for (const sequence of [...new Set(named)].toSorted((a, b) => a - b)) {
    if (sequence > next) gaps.push({ from: next, to: sequence - 1 });
    next = sequence + 1;
  }
  if (next <= to) gaps.push({ from: next, to });
  return gaps;
}
