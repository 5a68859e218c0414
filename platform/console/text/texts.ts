import type { common } from './common.en.ts';
import type { console } from './console.en.ts';
import type { problems } from './problems.en.ts';

/** The namespaces of words. A project that brings pages declares its own here, by augmenting this module. */
export interface Texts {
  common: typeof common;
  console: typeof console;
  problems: typeof problems;
}
