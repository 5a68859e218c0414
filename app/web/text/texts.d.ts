import type { operator } from './console.en.ts';
import type { page } from './page.en.ts';
import type { waysIn } from './ways-in.en.ts';

declare module '@visavox/console/text/texts' {
  interface Texts {
    page: typeof page;
    operator: typeof operator;
    waysIn: typeof waysIn;
  }
}
