import { ktpStanding, type Biodata } from '../enrollment/biodata.ts';
import { parseNik, type Nik, type NikError } from '../enrollment/nik.ts';
import type { StationId } from '../ids.ts';

export interface KnownRecording {
  readonly where: 'here' | 'center';
  readonly at: string;
  readonly stationId: StationId | null;
}

/**
 * What is known of somebody who comes to the desk, before any capture. Only `ready` goes on by itself; main's own
 * refusals (drafts.begin, record) stand behind it.
 */
export type Arrival =
  | { readonly kind: 'ready'; readonly nik: Nik }
  /** Sixteen: may be recorded ahead of the birthday that makes a KTP compulsory. */
  | { readonly kind: 'early'; readonly nik: Nik; readonly wajibOn: string }
  /** Another desk of the office has called them, or serves them now. */
  | { readonly kind: 'elsewhere'; readonly nik: Nik; readonly number: number }
  | { readonly kind: 'recorded'; readonly nik: Nik; readonly recorded: KnownRecording }
  | {
      readonly kind: 'underAge';
      readonly nik: Nik;
      readonly born: string;
      /** ISO dates from which the resident may come, and must have a KTP. */
      readonly earlyOn: string;
      readonly wajibOn: string;
    }
  /** In the register, with an address elsewhere. */
  | { readonly kind: 'otherKecamatan'; readonly nik: Nik; readonly kode: string }
  /** Not in the register. `issued` is the wilayah of the NIK where that is another kecamatan. */
  | { readonly kind: 'unknown'; readonly nik: Nik; readonly issued: string | null }
  | { readonly kind: 'malformed'; readonly text: string; readonly error: NikError };

/**
 * The pre-check at the desk. A recording ends it, whatever else is the matter.
 * @param biodata null when the register does not have this NIK
 * @param text a NIK as typed, scanned or chosen
 * @param today ISO date at the desk, by the corrected clock
 * @param kecamatan the station's own code, e.g. 32.09.03
 */
export function checkArrival(
  biodata: Pick<Biodata, 'tanggalLahir' | 'statusKawin' | 'desa'> | null,
  recorded: KnownRecording | null,
  text: string,
  today: string,
  kecamatan: string,
): Arrival {
  const parsed = parseNik(text);
  if (!parsed.ok) return { kind: 'malformed', text, error: parsed.error };
  const { nik, wilayah } = parsed.value;
  if (recorded !== null) return { kind: 'recorded', nik, recorded };
  if (biodata === null) return { kind: 'unknown', nik, issued: wilayah === kecamatan ? null : wilayah };
  if (!biodata.desa.startsWith(`${kecamatan}.`)) {
    return { kind: 'otherKecamatan', nik, kode: biodata.desa.slice(0, kecamatan.length) };
  }
  const wajibOn = birthday(biodata.tanggalLahir, 17);
  switch (ktpStanding(biodata, today)) {
    case 'wajib':
      return { kind: 'ready', nik };
    case 'early':
      return { kind: 'early', nik, wajibOn };
    case 'underAge':
      return {
        kind: 'underAge',
        nik,
        born: biodata.tanggalLahir,
        earlyOn: birthday(biodata.tanggalLahir, 16),
        wajibOn,
      };
  }
}

/** ISO date on which somebody completes so many years: the first day of which `ageOn` says so. */
export function birthday(born: string, years: number): string {
  const year = Number(born.slice(0, 4)) + years;
  const leap = new Date(Date.UTC(year, 1, 29)).getUTCDate() === 29;
  const day = born.endsWith('-02-29') && !leap ? '-03-01' : born.slice(4);
  return String(year).padStart(4, '0') + day;
}

export interface Place {
  /** 32.09.03 */
  readonly kode: string;
  /** Null where only the code is known here. */
  readonly nama: string | null;
  readonly kabupaten: string | null;
}

/** Two kecamatan have one name and share the names of two desa, so that one is mistaken for the other. Kemendagri codes. */
const NAMESAKES = [
  { kode: '32.09.03', nama: 'Losari', kabupaten: 'Kabupaten Cirebon' },
  { kode: '33.29.12', nama: 'Losari', kabupaten: 'Kabupaten Brebes' },
] as const;

/**
 * What a code of a kecamatan is called, as far as the station can know: its own, the namesakes, and their kabupaten.
 * The national table stays at the center.
 */
export function placeOf(kode: string, own: Pick<Place, 'kode' | 'nama' | 'kabupaten'>): Place {
  const known = [own, ...NAMESAKES];
  const kabupaten = known.find((place) => place.kode.slice(0, 5) === kode.slice(0, 5))?.kabupaten ?? null;
  return { kode, nama: known.find((place) => place.kode === kode)?.nama ?? null, kabupaten };
}
