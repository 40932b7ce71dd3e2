import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
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

/** Indonesian is in the bundle, so that the first picture already has its words. React escapes, i18next need not. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'id',
    fallbackLng: 'id',
    resources: { id: { translation: id } },
    interpolation: { escapeValue: false },
    // Keys of rules and reasons hold dots of their own (nik.birthDate), so paths are given with a separator they lack.
    keySeparator: '/',
    nsSeparator: false,
    returnObjects: false,
  });
  document.documentElement.lang = 'id';
}

export async function changeLanguage(language: Language): Promise<void> {
  if (language === 'en') await loadEnglish();
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** For a window that speaks it, and for whoever is logged in: every paper says it in English too. */
export async function loadEnglish(): Promise<void> {
  if (i18next.hasResourceBundle('en', 'translation')) return;
  const { en } = await import('./en.ts');
  i18next.addResourceBundle('en', 'translation', en);
}
