import { checkArrival, type Arrival } from '../../../app/desk/arrival.ts';
import { parseNik } from '../../../app/enrollment/nik.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import type { IpcResult } from '../../../app/ipc/result.ts';
import { answer, station } from '../../station.ts';

/** What the pre-check found, and of whom. */
export interface Checked {
  readonly arrival: Arrival;
  /** Null where the register does not have this NIK. */
  readonly resident: Response<'desk.resident'> | null;
}

/** The pre-check of a NIK as it was typed, scanned or chosen: register, this station's outbox, the center's last word. */
export async function checkIn(text: string): Promise<IpcResult<Checked>> {
  const parsed = parseNik(text);
  const info = await answer(station.station.info(undefined));
  if (!info.ok) return info;
  const kecamatan = info.value.kecamatan?.kode ?? '';
  const refused = {
    ok: true,
    value: { arrival: checkArrival(null, null, text, '', kecamatan), resident: null },
  } as const;
  if (!parsed.ok) return refused;
  const found = await answer(station.desk.resident(parsed.value.nik));
  if (!found.ok) return found.error.code === 'resident.unknown' ? refused : found;
  const { biodata, recorded, today, elsewhere } = found.value;
  const arrival = checkArrival(biodata, recorded, text, today, kecamatan);
  const { nik } = parsed.value;
  return {
    ok: true,
    value: {
      arrival:
        elsewhere !== null && mayRecord(arrival)
          ? { kind: 'elsewhere', nik, number: elsewhere.number }
          : arrival,
      resident: found.value,
    },
  };
}

/** Whether a recording may begin, so that a number makes sense too. */
export function mayRecord({ kind }: Arrival): boolean {
  return kind === 'ready' || kind === 'early';
}
