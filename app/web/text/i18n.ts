import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { page as pageEn } from './page.en.ts';
import { page as pageFr } from './page.fr.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';
import { waysIn as waysInEn } from './ways-in.en.ts';
import { waysIn as waysInFr } from './ways-in.fr.ts';

export const languages = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof languages;

const KEY = 'visavox.language';

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && value in languages;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEY);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

export const i18n = i18next.createInstance();

export async function startTranslation(): Promise<void> {
  i18n.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  await i18n.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: 'en',
    defaultNS: 'page',
    resources: {
      en: { page: pageEn, problems: problemsEn, waysIn: waysInEn },
      fr: { page: pageFr, problems: problemsFr, waysIn: waysInFr },
    },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18n.changeLanguage(language);
}
