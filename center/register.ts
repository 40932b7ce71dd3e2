import type { Nik } from '../app/enrollment/nik.ts';
import type { PacketId, StationId } from '../app/ids.ts';
import { nextChange, type Tx } from './database.ts';

/** Notes that a resident was recorded, for the reference of every station of the kecamatan. The first note stays. */
export async function markRecorded(
  tx: Tx,
  note: { readonly nik: Nik; readonly packetId: PacketId; readonly stationId: StationId; readonly at: Date },
): Promise<void> {
  const resident = await tx
    .selectFrom('resident')
    .select(['kecamatan', 'recorded_at'])
    .where('nik', '=', note.nik)
    .executeTakeFirst();
  if (resident === undefined || resident.recorded_at !== null) return;
  const change = await nextChange(tx, resident.kecamatan);
  await tx
    .updateTable('resident')
    .set({ recorded_at: note.at, recorded_station: note.stationId, recorded_packet: note.packetId, change })
    .where('nik', '=', note.nik)
    .where('recorded_at', 'is', null)
    .execute();
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
