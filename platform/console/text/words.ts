import { useTranslation } from 'react-i18next';
import type { Texts } from './texts.ts';

/** Words for names that are known at run time only; undefined where the reader's language has none. */
export function useWords(namespace: keyof Texts): (key: string) => string | undefined {
  const { i18n } = useTranslation();
  return (key) => {
    const found: unknown = i18n.getResource(i18n.resolvedLanguage ?? 'en', namespace, key);
    return typeof found === 'string' ? found : undefined;
  };
}
