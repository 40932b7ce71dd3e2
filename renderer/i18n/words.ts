import i18next, { type TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { ErrorShape } from '../../app/errors.ts';
import { createFormat, type Format } from './format.ts';
import { id, type Words } from './id.ts';
import type { Language } from './index.ts';

export interface Vocabulary {
  readonly t: TFunction;
  readonly f: Format;
  readonly language: Language;
  /** The sentence of an error, its moments and numbers written as people write them. */
  readonly error: (error: ErrorShape) => string;
}

const formats = new Map<Language, Format>();
const INSTANT = /^\d{4}-\d{2}-\d{2}T/;

export function errorSentence(error: ErrorShape, language: Language): string {
  const f = formatOf(language);
  return ERROR_WORDS[error.code][language].replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = error.params[name];
    if (value === undefined) return '…';
    // A wait is read as minutes and seconds: nobody reckons 900 seconds in the head.
    if (typeof value === 'number') return name === 'seconds' ? f.wait(value) : f.number(value);
    if (name === 'part') return partWords(language)[value] ?? value;
    return INSTANT.test(value) ? `${f.date(value)}, ${f.time(value)}` : value;
  });
}

function partWords(language: Language): Readonly<Record<string, string>> {
  return texts(language).part;
}

function formatOf(language: Language): Format {
  const known = formats.get(language);
  if (known !== undefined) return known;
  const format = createFormat(language, texts(language).unit);
  formats.set(language, format);
  return format;
}

/** Indonesian is always there, even before the first picture; English once the window speaks or prints it. */
function texts(language: Language): Words {
  if (language === 'id') return id;
  return i18next.getResourceBundle(language, 'translation') as Words;
}

/** Words outside a component (announcements from a store). */
export function words(): Vocabulary {
  const language: Language = i18next.language === 'en' ? 'en' : 'id';
  return { t: i18next.t, f: formatOf(language), language, error: (error) => errorSentence(error, language) };
}

/** One language whatever the window speaks: paper for the resident. */
export function wordsIn(language: Language): Pick<Vocabulary, 't' | 'f'> {
  return { t: i18next.getFixedT(language), f: formatOf(language) };
}

export function useWords(): Vocabulary {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'id';
  return useMemo(
    () => ({
      t,
      f: formatOf(language),
      language,
      error: (error: ErrorShape) => errorSentence(error, language),
    }),
    [t, language],
  );
}
