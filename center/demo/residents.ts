import { nikSchema } from '../../app/enrollment/nik.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { DEMO_KECAMATAN } from './losari.ts';
import { BIRTHPLACES, BLOCKS, LONGEST, MEN, MEN_SECOND, WOMEN, WOMEN_SECOND } from './names.ts';

/** A small seeded generator (mulberry32): the same seed, the same people, on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Household {
  readonly noKk: string;
  readonly alamat: string;
  readonly rt: string;
  readonly rw: string;
  left: number;
}

/** One in so many: single names are common, the others are there so that somebody meets them. */
const SINGLE_NAME = 6;
const LONGEST_NAME = 4000;
const SIXTEEN = 150;
const MOVED = 90;
const NO_RELIGION = 700;
const DAY_MS = 86_400_000;

/**
 * Synthetic residents of the demo kecamatan, evenly over its desa, all of them old enough to be recorded.
 * NIKs are unique and agree with birth date and sex; of those who moved here the wilayah is another one.
 * @param today ISO date; ages count from it
 */
export function makeResidents(count: number, today: string, seed: number): Biodata[] {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const below = (n: number) => Math.floor(random() * n);
  const serials = new Map<string, number>();
  const serial = (stem: string): string => {
    const next = (serials.get(stem) ?? 0) + 1;
    serials.set(stem, next);
    return String(next).padStart(4, '0');
  };

  const household = (): Household => {
    const stem = `320903${ddmmyy(dateBefore(today, 365 + below(3000)), 0)}`;
    return {
      noKk: stem + serial(`kk${stem}`),
      alamat: pick(BLOCKS),
      rt: String(1 + below(6)).padStart(3, '0'),
      rw: String(1 + below(5)).padStart(3, '0'),
      left: 1 + below(4),
    };
  };

  const person = (desa: string, home: Household, index: number): Biodata => {
    const jenisKelamin = random() < 0.5 ? 1 : 2;
    const sixteen = index % SIXTEEN === SIXTEEN - 1;
    const tanggalLahir = dateBefore(today, sixteen ? 5990 + below(100) : adultDays(random));
    const age = (Date.parse(today) - Date.parse(tanggalLahir)) / DAY_MS / 365.25;
    const wilayah = index % MOVED === MOVED - 1 ? pick(['320910', '332912', '320812', '317504']) : '320903';
    const stem = wilayah + ddmmyy(tanggalLahir, jenisKelamin === 2 ? 40 : 0);
    return {
      nik: nikSchema.parse(stem + serial(stem)),
      noKk: home.noKk,
      nama: index % LONGEST_NAME === 20 ? LONGEST : nameOf(jenisKelamin, age, pick, below),
      tempatLahir: pick(BIRTHPLACES),
      tanggalLahir,
      jenisKelamin,
      golonganDarah: random() < 0.7 ? 13 : pick([1, 2, 3, 4] as const),
      agama: index % NO_RELIGION === 5 ? null : random() < 0.985 ? 1 : pick([2, 3, 5] as const),
      statusKawin:
        age < 19 ? 1 : age < 25 ? pick([1, 1, 2] as const) : pick([2, 2, 2, 2, 2, 2, 1, 3, 4] as const),
      pendidikan: pick([2, 3, 3, 3, 4, 4, 5, 5, 8] as const),
      pekerjaan:
        age < 19
          ? 3
          : jenisKelamin === 2 && random() < 0.5
            ? 2
            : pick([9, 9, 11, 19, 20, 20, 88, 88, 1, 89] as const),
      kewarganegaraan: 1,
      alamat: home.alamat,
      rt: home.rt,
      rw: home.rw,
      desa,
    };
  };

  const residents: Biodata[] = [];
  for (const [place, { kode }] of DEMO_KECAMATAN.desa.entries()) {
    const until = Math.round((count * (place + 1)) / DEMO_KECAMATAN.desa.length);
    let home = household();
    while (residents.length < until) {
      if (home.left === 0) home = household();
      home.left -= 1;
      residents.push(person(kode, home, residents.length));
    }
  }
  return residents;
}

/** Days since birth of somebody between 17 and 80, more of them young. */
function adultDays(random: () => number): number {
  const years = 17.1 + 62.8 * random() ** 1.5;
  return Math.floor(years * 365.25);
}

function nameOf(
  sex: 1 | 2,
  age: number,
  pick: <T>(list: readonly T[]) => T,
  below: (n: number) => number,
): string {
  const first = pick(sex === 1 ? MEN : WOMEN);
  if (below(SINGLE_NAME) === 0 || (age > 60 && below(2) === 0)) return first;
  const second = pick(sex === 1 ? MEN_SECOND : WOMEN_SECOND);
  return below(8) === 0 ? `${first} ${pick(sex === 1 ? MEN : WOMEN)} ${second}` : `${first} ${second}`;
}

export function dateBefore(today: string, days: number): string {
  return new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10);
}

function ddmmyy(date: string, addToDay: number): string {
  return String(Number(date.slice(8, 10)) + addToDay).padStart(2, '0') + date.slice(5, 7) + date.slice(2, 4);
}
