import { console as english } from './console.en.ts';
import { console as french } from './console.fr.ts';

/** The words of the console's pages, apart from those of every page: people who are no operators need not load them. */
export const consoleTexts = { en: { console: english }, fr: { console: french } };
