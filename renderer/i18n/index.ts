import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { id } from './id.ts';

export type Language = 'id' | 'en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    keySeparator: '/';
    nsSeparator: false;
    resources: { translation: typeof id };
  }
}

/** Everything is in the bundle, so that the first picture already has its words. React escapes, i18next need not. */
export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'id',
    resources: { id: { translation: id }, en: { translation: en } },
    interpolation: { escapeValue: false },
    // Keys of rules and reasons hold dots of their own (nik.birthDate), so paths are given with a separator they lack.
    keySeparator: '/',
    nsSeparator: false,
    returnObjects: false,
  });
  document.documentElement.lang = language;
}

export async function changeLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
