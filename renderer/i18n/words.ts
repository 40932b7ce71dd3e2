import i18next, { type TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { ErrorShape } from '../../app/errors.ts';
import type { DraftBiodata } from '../../app/desk/draft.ts';
import type { BiodataField } from '../../app/enrollment/biodata.ts';
import { formatNik } from '../../app/enrollment/nik.ts';
import type { Kecamatan } from '../../app/sync/protocol.ts';
import { en } from './en.ts';
import { createFormat, type Format } from './format.ts';
import { id } from './id.ts';
import type { Language } from './index.ts';
import { PEKERJAAN } from './pekerjaan.ts';

export interface Vocabulary {
  readonly t: TFunction;
  readonly f: Format;
  readonly language: Language;
  /** The sentence of an error, its moments and numbers written as people write them. */
  readonly error: (error: ErrorShape) => string;
}

const FORMATS: Readonly<Record<Language, Format>> = {
  id: createFormat('id', id.unit),
  en: createFormat('en', en.unit),
};
const INSTANT = /^\d{4}-\d{2}-\d{2}T/;

export function errorSentence(error: ErrorShape, language: Language): string {
  const f = FORMATS[language];
  return ERROR_WORDS[error.code][language].replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = error.params[name];
    if (value === undefined) return '…';
    if (typeof value === 'number') return f.number(value);
    return INSTANT.test(value) ? `${f.date(value)}, ${f.time(value)}` : value;
  });
}

/** Words outside a component (announcements from a store). */
export function words(): Vocabulary {
  const language: Language = i18next.language === 'en' ? 'en' : 'id';
  return { t: i18next.t, f: FORMATS[language], language, error: (error) => errorSentence(error, language) };
}

/** One language whatever the window speaks: paper for the resident. */
export function wordsIn(language: Language): Pick<Vocabulary, 't' | 'f'> {
  return { t: i18next.getFixedT(language), f: FORMATS[language] };
}

export function useWords(): Vocabulary {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'id';
  return useMemo(
    () => ({
      t,
      f: FORMATS[language],
      language,
      error: (error: ErrorShape) => errorSentence(error, language),
    }),
    [t, language],
  );
}

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
