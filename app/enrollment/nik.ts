import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';

/**
 * Nomor Induk Kependudukan: 6 digits of the wilayah of first registration, DDMMYY with 40 added to a woman's day,
 * a serial from 0001. It has no check digit and never changes, so whatever it seems to say about the holder's
 * birth date, sex or present address may be out of date: such a mismatch warns, only an impossible number is refused.
 * Source: UU 23/2006 art. 13 and its explanation; PP 37/2007 art. 37.
 */
export const nikSchema = z
  .string({ error: 'nik' })
  .refine((text) => /^\d{16}$/.test(text) && parseNik(text).ok, { error: 'nik' })
  .brand<'Nik'>();
export type Nik = z.infer<typeof nikSchema>;

export type NikError = 'nik.digits' | 'nik.length' | 'nik.date' | 'nik.serial';
export type NikWarning = 'nik.birthDate' | 'nik.sex' | 'nik.wilayah';

export interface NikParts {
  readonly nik: Nik;
  /** Six digits of the wilayah of first registration, as 32.09.03. */
  readonly wilayah: string;
  readonly day: number;
  readonly month: number;
  /** Two digits. The century is never inferred from the NIK: the birth date is in the biodata. */
  readonly year: number;
  /** 1 L, 2 P, as in the biodata. */
  readonly sex: 1 | 2;
  readonly serial: number;
}

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads 16 digits; blanks, dots and hyphens, which people and scanners put between groups, are passed over. */
export function parseNik(text: string): Result<NikParts, NikError> {
  const digits = text.replace(/[\s.-]/g, '');
  if (!/^\d*$/.test(digits)) return err('nik.digits');
  if (digits.length !== 16) return err('nik.length');
  const rawDay = Number(digits.slice(6, 8));
  const sex = rawDay > 40 ? 2 : 1;
  const day = sex === 2 ? rawDay - 40 : rawDay;
  const month = Number(digits.slice(8, 10));
  const year = Number(digits.slice(10, 12));
  if (!isPossibleDate(day, month, year)) return err('nik.date');
  const serial = Number(digits.slice(12));
  if (serial === 0) return err('nik.serial');
  const wilayah = `${digits.slice(0, 2)}.${digits.slice(2, 4)}.${digits.slice(4, 6)}`;
  return ok({ nik: digits as Nik, wilayah, day, month, year, sex, serial });
}

/** 29 February needs a leap year in some century; year 00 may be 2000, which was one. */
function isPossibleDate(day: number, month: number, year: number): boolean {
  const longest = DAYS_IN_MONTH[month - 1];
  if (longest === undefined || day < 1 || day > longest) return false;
  return !(month === 2 && day === 29 && year % 4 !== 0);
}

/** What the number says differently from the register. None of it blocks: see nikSchema. */
export function nikWarnings(
  parts: NikParts,
  holder: { readonly tanggalLahir: string; readonly jenisKelamin: 1 | 2; readonly kecamatan: string },
): NikWarning[] {
  const warnings: NikWarning[] = [];
  const dd = String(parts.day).padStart(2, '0');
  const mm = String(parts.month).padStart(2, '0');
  const yy = String(parts.year).padStart(2, '0');
  if (holder.tanggalLahir.slice(2) !== `${yy}-${mm}-${dd}`) warnings.push('nik.birthDate');
  if (holder.jenisKelamin !== parts.sex) warnings.push('nik.sex');
  if (holder.kecamatan !== parts.wilayah) warnings.push('nik.wilayah');
  return warnings;
}

/** 3209 0314 0283 0007: the groups in which a NIK is read aloud. */
export function formatNik(nik: string): string {
  return nik.replace(/(\d{4})(?=\d)/g, '$1 ');
}
