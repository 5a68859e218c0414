import { useTranslation } from 'react-i18next';
import { useWords } from './words.ts';

/** Words for a code in the reader's language; where it has none, the server's own words. */
export function useCodeText(): (code: string, otherwise?: string) => string {
  const { t } = useTranslation('problems');
  const words = useWords('problems');
  return (code, otherwise) => words(code) ?? otherwise ?? t('request_refused');
}
