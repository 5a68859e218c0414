import { FMR_LEVELS } from '../error-rates.ts';
import { type ReportFigures, SET_NAMES } from './figures.ts';
import { escapeXml, type Plot } from './plot.ts';
import { plotsOf } from './plots.ts';
import { type Language, numbers, type Words, words } from './words.ts';

type Table = Plot['table'];

/** Counts and rates of each set of comparisons. */
export function summaryTable({ sets }: Pick<ReportFigures, 'sets'>, language: Words): Table {
  const { percent, range, whole, figure } = numbers(language);
  return {
    head: [
      language.set,
      language.people,
      language.genuine,
      language.impostor,
      language.failed,
      'EER',
      ...FMR_LEVELS.map((level) => `FNMR @ FMR ${level}`),
      'Cllr',
    ],
    rows: SET_NAMES.map((name) => {
      const set = sets[name];
      return [
        language.sets[name],
        whole(set.people),
        whole(set.genuine),
        whole(set.impostor),
        whole(set.failed),
        percent(set.eer),
        ...FMR_LEVELS.map((level) => {
          const interval = range(set.fnmrInterval[level]);
          return interval ? `${percent(set.fnmr[level])} (${interval})` : percent(set.fnmr[level]);
        }),
        figure(set.cllr),
      ];
    }),
  };
}

export function championTable({ againstChampion }: ReportFigures, language: Words): Table | null {
  if (!againstChampion) return null;
  const { figure } = numbers(language);
  return {
    head: [language.metric, language.champion, language.candidate],
    rows: againstChampion.metrics.map(({ metric, champion, candidate }) => [
      metric,
      figure(champion),
      figure(candidate),
    ]),
  };
}

/** One file that needs no other: words, plots as SVG, and each plot as a table as well. */
export function reportPage(figures: ReportFigures, card: string, language: Language): string {
  const said = words[language];
  const title = said.title(figures.lineage.model);
  const champion = championTable(figures, said);
  const plots = plotsOf(figures, said).map(
    ({ id, title: name, svg, description, table }) =>
      `<figure id="${id}">${svg}<figcaption>${escapeXml(description)}</figcaption>` +
      `<details><summary>${escapeXml(said.asTable)}: ${escapeXml(name)}</summary>${tableHtml(table)}</details></figure>`,
  );
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
<section><h2>${escapeXml(said.summary)}</h2>${tableHtml(summaryTable(figures, said))}</section>
${champion ? `<section><h2>${escapeXml(said.against)}</h2>${tableHtml(champion)}</section>` : ''}
${plots.join('\n')}
<section><pre>${escapeXml(card)}</pre></section>
</main>
</body>
</html>
`;
}

export function tableHtml({ head, rows }: Table): string {
  const header = head.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join('');
  const body = rows
    .map(
      ([first = '', ...rest]) =>
        `<tr><th scope="row">${escapeXml(first)}</th>${rest.map((cell) => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`,
    )
    .join('');
  return `<div class="table"><table><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2933; background: #fff; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
figure { margin: 2rem 0; } svg { max-width: 100%; height: auto; } figcaption, summary { margin-top: .5rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #d5dbe1; padding: .3rem .7rem .3rem 0; text-align: right; } th:first-child { text-align: left; }
pre { white-space: pre-wrap; }`;
