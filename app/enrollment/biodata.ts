import { z } from 'zod';
import { kodeDesaSchema } from '../ids.ts';
import { nikSchema, nikWarnings, parseNik } from './nik.ts';

/** Code lists of the population register (SIAK), as the field uses them. */
export const CODES = {
  jenisKelamin: [1, 2],
  golonganDarah: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  agama: [1, 2, 3, 4, 5, 6, 7],
  statusKawin: [1, 2, 3, 4],
  pendidikan: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  kewarganegaraan: [1, 2],
} as const;
/** Pekerjaan runs from 1 to 89. */
export const PEKERJAAN_MAX = 89;

export const NAMA_MAX = 60;

/** Biodata as the register holds it. Field names are the register's own; codes are numbers from CODES. */
export const biodataSchema = z.strictObject({
  nik: nikSchema,
  noKk: z.string({ error: 'noKk' }).regex(/^\d{16}$/, { error: 'noKk' }),
  /** Letters, and what stands between them in a name; at least one letter. */
  nama: z
    .string({ error: 'nama.empty' })
    .trim()
    .min(1, { error: 'nama.empty' })
    .max(NAMA_MAX, { error: 'nama.long' })
    .regex(/^$|^(?=.*\p{L})[\p{L}\p{M}' .,-]+$/u, { error: 'nama.letters' }),
  tempatLahir: z
    .string({ error: 'tempatLahir' })
    .trim()
    .min(1, { error: 'tempatLahir' })
    .max(60, { error: 'tempatLahir' }),
  /** ISO date; 31 February is refused. */
  tanggalLahir: z.iso.date({ error: 'tanggalLahir' }),
  jenisKelamin: z.literal([...CODES.jenisKelamin]),
  golonganDarah: z.literal([...CODES.golonganDarah]),
  agama: z.literal([...CODES.agama]).nullable(),
  statusKawin: z.literal([...CODES.statusKawin]),
  pendidikan: z.literal([...CODES.pendidikan]),
  pekerjaan: z.int().min(1).max(PEKERJAAN_MAX),
  kewarganegaraan: z.literal([...CODES.kewarganegaraan]),
  alamat: z.string({ error: 'alamat' }).trim().min(1, { error: 'alamat' }).max(120, { error: 'alamat' }),
  rt: z.string({ error: 'rt' }).regex(/^\d{3}$/, { error: 'rt' }),
  rw: z.string({ error: 'rw' }).regex(/^\d{3}$/, { error: 'rw' }),
  desa: kodeDesaSchema,
});
export type Biodata = z.infer<typeof biodataSchema>;
export type BiodataField = keyof Biodata;

export const BIODATA_ERRORS = [
  'nik',
  'nik.digits',
  'nik.length',
  'nik.date',
  'nik.serial',
  'noKk',
  'nama.empty',
  'nama.long',
  'nama.letters',
  'tempatLahir',
  'tanggalLahir',
  'tanggalLahir.future',
  'alamat',
  'rt',
  'rw',
  'code',
  'underAge',
  'otherKecamatan',
] as const;
export type BiodataErrorCode = (typeof BIODATA_ERRORS)[number];

export const BIODATA_WARNINGS = [
  'nik.birthDate',
  'nik.sex',
  'nik.wilayah',
  'nama.single',
  'early',
  'old',
] as const;
export type BiodataWarningCode = (typeof BIODATA_WARNINGS)[number];

export interface BiodataCheck {
  /** Each blocks until it is mended. */
  readonly errors: readonly { readonly field: BiodataField; readonly code: BiodataErrorCode }[];
  /** Each is shown and explained; none blocks. */
  readonly warnings: readonly { readonly field: BiodataField; readonly code: BiodataWarningCode }[];
}

/**
 * Checks biodata for an enrollment at a kecamatan on a date.
 * Wajib KTP (UU 23/2006 art. 63): 17 or older, or married or once married. A 16-year-old may be recorded early, marked so.
 * @param today ISO date at the desk, by the corrected clock
 * A name of one word stays valid where the register has it; only a new one needs two (Permendagri 73/2022).
 * @param kecamatan the station's own code, e.g. 32.09.03
 * @param corrections what differs from the register
 */
export function checkBiodata(
  input: unknown,
  today: string,
  kecamatan: string,
  corrections: readonly { readonly field: BiodataField }[] = [],
): BiodataCheck {
  // Without reportInput an issue does not carry the value, and every wrong NIK would be the same vague error.
  const parsed = biodataSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) return { errors: parsed.error.issues.map(asBiodataError), warnings: [] };
  const biodata = parsed.data;
  const errors: { field: BiodataField; code: BiodataErrorCode }[] = [];
  const warnings: { field: BiodataField; code: BiodataWarningCode }[] = [];

  const nik = parseNik(biodata.nik);
  if (nik.ok) {
    for (const code of nikWarnings(nik.value, { ...biodata, kecamatan }))
      warnings.push({ field: 'nik', code });
  }
  const renamed = corrections.some(({ field }) => field === 'nama');
  if (renamed && biodata.nama.trim().split(/\s+/).length < 2)
    warnings.push({ field: 'nama', code: 'nama.single' });
  if (!biodata.desa.startsWith(`${kecamatan}.`)) errors.push({ field: 'desa', code: 'otherKecamatan' });

  if (biodata.tanggalLahir > today) {
    errors.push({ field: 'tanggalLahir', code: 'tanggalLahir.future' });
  } else {
    const age = ageOn(biodata.tanggalLahir, today);
    if (age > 110) warnings.push({ field: 'tanggalLahir', code: 'old' });
    const standing = ktpStanding(biodata, today);
    if (standing === 'early') warnings.push({ field: 'tanggalLahir', code: 'early' });
    if (standing === 'underAge') errors.push({ field: 'tanggalLahir', code: 'underAge' });
  }
  return { errors, warnings };
}

/** Whether the law obliges this person to hold a KTP today, or lets them be recorded early, or not yet. */
export function ktpStanding(
  person: Pick<Biodata, 'tanggalLahir' | 'statusKawin'>,
  today: string,
): 'wajib' | 'early' | 'underAge' {
  const age = ageOn(person.tanggalLahir, today);
  if (age >= 17 || person.statusKawin !== 1) return 'wajib';
  return age === 16 ? 'early' : 'underAge';
}

/** Completed years between two ISO dates. */
export function ageOn(birth: string, today: string): number {
  const years = Number(today.slice(0, 4)) - Number(birth.slice(0, 4));
  return today.slice(5) < birth.slice(5) ? years - 1 : years;
}

/** Photo background (Permendagri 9/2011): red for an odd birth year, blue for an even one, orange for foreigners. */
export function photoBackground(
  person: Pick<Biodata, 'tanggalLahir' | 'kewarganegaraan'>,
): 'red' | 'blue' | 'orange' {
  if (person.kewarganegaraan === 2) return 'orange';
  return Number(person.tanggalLahir.slice(0, 4)) % 2 === 1 ? 'red' : 'blue';
}

function asBiodataError(issue: z.core.$ZodIssue): { field: BiodataField; code: BiodataErrorCode } {
  const field = (issue.path[0] ?? 'nik') as BiodataField;
  if (field === 'nik' && typeof issue.input === 'string') {
    const parsed = parseNik(issue.input);
    if (!parsed.ok) return { field, code: parsed.error };
  }
  const known = BIODATA_ERRORS.find((code) => code === issue.message);
  return { field, code: known ?? (field === 'nik' ? 'nik' : 'code') };
}
