import type { operator } from './console.en.ts';
import type { page } from './page.en.ts';
import type { problems } from './problems.en.ts';
import type { waysIn } from './ways-in.en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page';
    resources: {
      page: typeof page;
      problems: typeof problems;
      operator: typeof operator;
      waysIn: typeof waysIn;
    };
  }
}
