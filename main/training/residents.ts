import { SESSIONS, type SessionOfDay } from '../../app/desk/ticket.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { Kecamatan, ReferenceLine } from '../../app/sync/protocol.ts';

/** All of one family that nobody belongs to, so that no list, slip or photograph of the screen is taken for real. */
export const TRAINING_NAME = 'LATIHAN';
/** Offices count serials up from 0001 and never come so far in one day's births: these NIKs stay nobody's. */
const FIRST_SERIAL = 9900;
const RESIDENTS = 60;
const SUMMONED = 24;

const MEN = ['BUDI', 'AGUS', 'DEDI', 'JOKO', 'IWAN', 'SLAMET', 'ASEP', 'EKO', 'HASAN', 'YANTO'] as const;
const WOMEN = ['SITI', 'DEWI', 'SRI', 'RATNA', 'ENDANG', 'YUNI', 'IDA', 'LILIS', 'AMINAH', 'TUTI'] as const;
const MIDDLES = { 1: ['', 'SAPUTRA', 'SETIAWAN'], 2: ['', 'LESTARI', 'RAHAYU'] } as const;
/** Sixty letters, the register's limit: what every screen and slip must hold. */
const LONGEST = `RADEN AJENG SITI NURHAYATI KUSUMANINGRAT WIRADIREDJA ${TRAINING_NAME}`;
const STREETS = ['JL. LATIHAN', 'BLOK LATIHAN', 'DUSUN LATIHAN'] as const;

interface Invented {
  /** Completed years on the day of training. */
  readonly age: number;
  readonly change?: Partial<Biodata>;
  /** Six digits in front of the NIK, where not the kecamatan's own. */
  readonly wilayah?: string;
  readonly recorded?: boolean;
}

/**
 * Residents who do not exist, over all of the kecamatan's desa, and today's summons for two of these. Among them one of
 * each kind that the desk treats differently: see `special`.
 * @param today ISO date; ages count from it
 */
export function inventResidents(kecamatan: Kecamatan, today: string): ReferenceLine[] {
  const kinds = special(kecamatan);
  const lines: ReferenceLine[] = [];
  for (let index = 0; index < RESIDENTS; index += 1) {
    const { recorded = false, ...invented } = kinds[index] ?? { age: 18 + ((index * 7) % 55) };
    const session = sessionOf(index);
    const biodata = person(index, invented, kecamatan, today);
    lines.push({
      type: 'resident',
      biodata,
      recorded: recorded
        ? { at: `${yearsBefore(today, 1)}T03:00:00.000Z`, stationId: null, packetId: null }
        : null,
    });
    if (session === null) continue;
    const { nik, desa } = biodata;
    lines.push({ type: 'summons', change: 'added', summons: { nik, desa, date: today, session } });
  }
  return lines;
}

/** Too young, early, already recorded, of another kecamatan, moved here, a single name, the longest name, no religion, foreign. */
function special(kecamatan: Kecamatan): Invented[] {
  const other = neighbour(kecamatan.kode);
  return [
    { age: 15 },
    { age: 12 },
    { age: 16 },
    { age: 41, recorded: true },
    { age: 33, wilayah: other.replaceAll('.', ''), change: { desa: `${other}.2001` } },
    { age: 28, wilayah: other.replaceAll('.', '') },
    { age: 52, change: { nama: TRAINING_NAME } },
    { age: 37, change: { nama: LONGEST } },
    { age: 45, change: { agama: null } },
    { age: 35, change: { kewarganegaraan: 2 } },
  ];
}

function person(index: number, invented: Invented, kecamatan: Kecamatan, today: string): Biodata {
  const { age } = invented;
  const sex = index % 2 === 0 ? 1 : 2;
  const birth = birthDate(age, index, today);
  const wilayah = invented.wilayah ?? kecamatan.kode.replaceAll('.', '');
  const day = Number(birth.slice(8, 10)) + (sex === 2 ? 40 : 0);
  const ddmmyy = `${twoDigits(day)}${birth.slice(5, 7)}${birth.slice(2, 4)}`;
  const session = sessionOf(index);
  const home = session === null ? index % kecamatan.desa.length : SESSIONS.indexOf(session);
  return {
    nik: nikSchema.parse(`${wilayah}${ddmmyy}${FIRST_SERIAL + index}`),
    noKk: `${kecamatan.kode.replaceAll('.', '')}010111${FIRST_SERIAL + Math.floor(index / 3)}`,
    nama: nameOf(index, sex),
    tempatLahir: kecamatan.nama.toUpperCase(),
    tanggalLahir: birth,
    jenisKelamin: sex,
    golonganDarah: 13,
    agama: 1,
    statusKawin: age < 20 ? 1 : 2,
    pendidikan: 4,
    pekerjaan: age < 18 ? 3 : 88,
    kewarganegaraan: 1,
    alamat: STREETS[index % STREETS.length] ?? STREETS[0],
    rt: `00${1 + (index % 6)}`,
    rw: `00${1 + (index % 4)}`,
    desa: (kecamatan.desa[home] ?? kecamatan.desa[0])?.kode ?? `${kecamatan.kode}.2001`,
    ...invented.change,
  };
}

/** The last of them are summoned, a desa a session, as the desa deliver their letters. */
function sessionOf(index: number): SessionOfDay | null {
  const place = index - (RESIDENTS - SUMMONED);
  if (place < 0) return null;
  return place < SUMMONED / 2 ? 'pagi' : 'siang';
}

/** No two alike: the given name counts up, then the middle one. */
function nameOf(index: number, sex: 1 | 2): string {
  const turn = Math.floor(index / 2);
  const given = (sex === 1 ? MEN : WOMEN)[turn % MEN.length];
  const middle = MIDDLES[sex][Math.floor(turn / MEN.length) % MIDDLES[sex].length];
  return [given, middle, TRAINING_NAME].filter((word) => word !== '').join(' ');
}

/** The code after this one, in the same kabupaten: whether it exists does not matter, ours it is not. */
function neighbour(kode: string): string {
  const last = Number(kode.slice(6));
  return `${kode.slice(0, 6)}${twoDigits(last === 99 ? 98 : last + 1)}`;
}

/** Some day of the year between two birthdays, so that nobody's age depends on the time of the day. */
function birthDate(age: number, index: number, today: string): string {
  const days = 20 + ((index * 5) % 300);
  return new Date(Date.parse(yearsBefore(today, age)) - days * 86_400_000).toISOString().slice(0, 10);
}

function yearsBefore(today: string, years: number): string {
  // 29 February has no counterpart in most years.
  const day = today.endsWith('-02-29') ? '-02-28' : today.slice(4);
  return `${Number(today.slice(0, 4)) - years}${day}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
