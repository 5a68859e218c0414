import { page as pageEn } from './page.en.ts';
import { page as pageFr } from './page.fr.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';
import { waysIn as waysInEn } from './ways-in.en.ts';
import { waysIn as waysInFr } from './ways-in.fr.ts';

/** The words of people's pages, beside those of every page. */
export const pageTexts = {
  en: { page: pageEn, problems: problemsEn, waysIn: waysInEn },
  fr: { page: pageFr, problems: problemsFr, waysIn: waysInFr },
};
