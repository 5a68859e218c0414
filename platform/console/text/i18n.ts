import i18next, { type ResourceLanguage } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { common as commonEn } from './common.en.ts';
import { common as commonFr } from './common.fr.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';

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

/** `more`: namespaces of a project's own pages; words in a namespace that is there already are added to it, or take the place of its own. */
export async function startTranslation(more?: Readonly<Record<Language, ResourceLanguage>>): Promise<void> {
  i18n.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  await i18n.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: 'en',
    defaultNS: 'common',
    resources: {
      en: { common: commonEn, problems: problemsEn },
      fr: { common: commonFr, problems: problemsFr },
    },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
  if (more) addTexts(more);
}

export function addTexts(texts: Readonly<Record<Language, ResourceLanguage>>): void {
  for (const [language, namespaces] of Object.entries(texts))
    for (const [namespace, words] of Object.entries(namespaces))
      i18n.addResourceBundle(language, namespace, words, true, true);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18n.changeLanguage(language);
}
