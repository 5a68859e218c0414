import { modelCard } from './card.ts';
import type { ReportFigures } from './figures.ts';
import { reportPage } from './page.ts';

/** The files of a report by name. Each stands by itself and needs no network. */
export function reportFiles(figures: ReportFigures): ReadonlyMap<string, string> {
  const card = modelCard(figures);
  return new Map([
    ['report.html', reportPage(figures, card, 'en')],
    ['rapport.html', reportPage(figures, card, 'fr')],
    ['model-card.md', card],
    ['figures.json', `${JSON.stringify(figures, null, 2)}\n`],
  ]);
}
