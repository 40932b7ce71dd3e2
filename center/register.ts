import { sql } from 'kysely';
import type { Nik } from '../app/enrollment/nik.ts';
import type { PacketId, StationId } from '../app/ids.ts';
import { nextChange, type Tx } from './database.ts';

/** A resident was recorded: by which packet, where and when. */
export interface Recorded {
  readonly nik: Nik;
  readonly packetId: PacketId;
  readonly stationId: StationId;
  readonly at: Date;
}

/** Notes that residents were recorded, for the reference of every station of their kecamatan. The first note stays. */
export async function markRecorded(tx: Tx, notes: readonly Recorded[]): Promise<void> {
  const firsts = new Map<Nik, Recorded>();
  for (const note of notes) if (!firsts.has(note.nik)) firsts.set(note.nik, note);
  if (firsts.size === 0) return;
  const residents = await tx
    .selectFrom('resident')
    .select(['nik', 'kecamatan'])
    .where('nik', 'in', [...firsts.keys()])
    .where('recorded_at', 'is', null)
    .execute();
  // In one order, so that two of these never wait for each other.
  for (const kecamatan of [...new Set(residents.map((resident) => resident.kecamatan))].sort()) {
    const there = residents.filter((resident) => resident.kecamatan === kecamatan);
    const last = await nextChange(tx, kecamatan, there.length);
    const rows = there.flatMap(({ nik }, index) => {
      const note = firsts.get(nik as Nik);
      return note === undefined
        ? []
        : [
            sql`(${nik}::text, ${note.at}::timestamptz, ${note.stationId}::uuid, ${note.packetId}::uuid, ${last - index}::int8)`,
          ];
    });
    await sql`
      update resident set recorded_at = noted.at, recorded_station = noted.station, recorded_packet = noted.packet,
        change = noted.change
      from (values ${sql.join(rows)}) as noted (nik, at, station, packet, change)
      where resident.nik = noted.nik and resident.recorded_at is null`.execute(tx);
  }
}

/** A packet that must be captured again: whoever was noted as recorded by it is not, wherever they come next. */
export async function unmarkRecorded(tx: Tx, packetId: PacketId): Promise<void> {
  const resident = await tx
    .selectFrom('resident')
    .select(['nik', 'kecamatan'])
    .where('recorded_packet', '=', packetId)
    .executeTakeFirst();
  if (resident === undefined) return;
  const change = await nextChange(tx, resident.kecamatan);
  await tx
    .updateTable('resident')
    .set({ recorded_at: null, recorded_station: null, recorded_packet: null, change })
    .where('nik', '=', resident.nik)
    .where('recorded_packet', '=', packetId)
    .execute();
}
