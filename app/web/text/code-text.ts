import { Problem } from '@visavox/console/api/problem';
import { problems } from './problems.en.ts';

/** Whether sign-in has words of its own for it. */
export function isKnownCode(code: string): code is keyof typeof problems {
  return Object.hasOwn(problems, code);
}

const aboutDevices = /^(camera|microphone|sound|device)_/;

/** Whether another camera or microphone may help. */
export function isDeviceProblem(error: unknown): boolean {
  return error instanceof Problem && aboutDevices.test(error.code);
}
