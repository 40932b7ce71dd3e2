import type { DraftBiodata } from '../../app/desk/draft.ts';
import type { BiodataField } from '../../app/enrollment/biodata.ts';
import { formatNik } from '../../app/enrollment/nik.ts';
import type { Kecamatan } from '../../app/sync/protocol.ts';
import { en } from './en.ts';
import { id } from './id.ts';
import type { Language } from './index.ts';
import { PEKERJAAN } from './pekerjaan.ts';
import type { Vocabulary } from './words.ts';

const CODED = [
  'jenisKelamin',
  'golonganDarah',
  'agama',
  'statusKawin',
  'pendidikan',
  'kewarganegaraan',
] as const;
export type CodedField = (typeof CODED)[number];
export function isCoded(field: BiodataField): field is CodedField {
  return (CODED as readonly string[]).includes(field);
}

/** The choices of a coded field in the register's order; the code is the index + 1. */
export function choices(field: CodedField | 'pekerjaan', language: Language): readonly string[] {
  if (field === 'pekerjaan') return PEKERJAAN.map((entry) => entry[language]);
  return (language === 'en' ? en : id).codes[field];
}

/** A field's value as it is read aloud. A code outside its list is shown as it is: the rules name it as an error. */
export function fieldText(
  field: BiodataField,
  value: DraftBiodata[BiodataField] | undefined,
  { t, f, language }: Pick<Vocabulary, 't' | 'f' | 'language'>,
  kecamatan: Kecamatan | null,
): string {
  if (value === null || value === undefined || value === '')
    return field === 'agama' ? t('codes/agamaEmpty') : t('common/empty');
  if (field === 'nik' || field === 'noKk') return formatNik(String(value));
  if (field === 'tanggalLahir') return f.birthDate(String(value));
  if (field === 'desa') {
    const desa = kecamatan?.desa.find((entry) => entry.kode === value);
    return desa === undefined ? String(value) : `${desa.nama} (${desa.kode})`;
  }
  if (field === 'pekerjaan' || isCoded(field))
    return choices(field, language)[Number(value) - 1] ?? String(value);
  return String(value);
}
