import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem.ts';
import { problems } from './problems.en.ts';

export type KnownCode = keyof typeof problems;

export function isKnownCode(code: string): code is KnownCode {
  return Object.hasOwn(problems, code);
}

/** Words for a code in the reader's language; where it is not known yet, the server's own words. */
export function useCodeText(): (code: string, otherwise?: string) => string {
  const { t } = useTranslation('problems');
  return (code, otherwise) => (isKnownCode(code) ? t(code) : (otherwise ?? t('request_refused')));
}

const aboutDevices = /^(camera|microphone|sound|device)_/;

/** Whether another camera or microphone may help. */
export function isDeviceProblem(error: unknown): boolean {
  return error instanceof Problem && aboutDevices.test(error.code);
}
