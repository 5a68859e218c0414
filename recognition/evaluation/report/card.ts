import { type ReportFigures, SET_NAMES } from './figures.ts';
import { championTable, summaryTable } from './page.ts';
import type { Plot } from './plot.ts';
import { numbers, words } from './words.ts';

/** The model card (Mitchell et al., 2019) as Markdown: what the model is, on what it was measured, and where it fails. */
export function modelCard(figures: ReportFigures): string {
  const { lineage } = figures;
  const champion = championTable(figures, words.en);
  return `# ${lineage.model}

A face and voice recogniser that tells whether recordings are of the person who is claimed. It answers with evidence (a
natural-logarithm likelihood ratio) that stays on the server, and with a decision.

## Intended use

Signing in with face and voice together, in answer to a challenge, after a person has enrolled and agreed to it, with a
way in that needs no biometrics beside it. Not for searching crowds, not for finding out who somebody is without being
asked, not for guessing age, gender, origin, health or mood. The voice alone never decides.

## Figures

Measured ${lineage.on}.

${markdown(summaryTable(figures, words.en))}

"${words.en.notCarried}": fewer than three impostors to each that may pass, so the data does not carry the claim. Intervals are
95 %, Wilson, of the share of comparisons; they take comparisons for independent, which those of one person are not quite.
${champion ? `\n## Against the champion\n\n${figures.againstChampion?.units ?? 0} people, the same comparisons for both.\n\n${markdown(champion)}\n` : ''}
## Slices

${slicesText(figures)}

## Data and training

| | |
| --- | --- |
| bundle | \`${lineage.bundle}\` |
| made from | ${lineage.parent ? `\`${lineage.parent}\`` : 'the published networks'} |
| dataset version | ${lineage.dataset ? `\`${lineage.dataset}\`` : 'none: nothing was trained'} |
| recordings | ${lineage.recordings ?? '-'} |
| people | ${lineage.people ? `${lineage.people.train} train, ${lineage.people.validation} validation, ${lineage.people.evaluation} evaluation (nobody trains on these)` : '-'} |
| seed | ${lineage.seed} |

Recordings are those of people who enrolled here and agreed to it; whoever leaves is taken out of the next version.

| network | source | licence | digest |
| --- | --- | --- | --- |
${lineage.networks.map(({ name, source, licence, digest }) => `| ${[name, source, licence, `\`${digest.slice(7, 19)}\``].map(cell).join(' | ')} |`).join('\n')}

## Calibration and decision

Fitted on: ${lineage.calibration.on}. How: ${lineage.calibration.how}. A sign-in is accepted
from a summed ratio of ${lineage.calibration.threshold.toFixed(2)} (aimed at a false match rate of ${lineage.calibration.targetFmr})${ownThresholds(lineage.calibration)}.

## Limits

- Rates hold for people, microphones, cameras and rooms like those measured. Slices with few people say little.
- An impostor here makes no effort. Presentation attacks (photographs, playback, synthesis) are another measurement.
- A likelihood ratio says no more than the number of comparisons behind its calibration carries, and is cut off there.
- The published networks were trained by others on people who were not asked by this project; what they do worse on is
  inherited. Twins, close relatives, children and ageing over years were not measured.

Nobody's score is in this report: it holds counts, rates and curves of groups alone.
`;
}

function slicesText({ sets }: ReportFigures): string {
  const { percent, range } = numbers(words.en);
  const lines = SET_NAMES.flatMap((name) =>
    sets[name].slices.map(({ dimension, slices, gap }) => {
      const by = words.en.dimensions[dimension] ?? dimension;
      const counts = slices
        .map((slice) => `${slice.name} ${percent(slice.fnmr)} of ${slice.genuine}`)
        .join(', ');
      const worst = gap
        ? `The worst (${gap.worst}) is ${percent(gap.difference)} behind the best (${gap.best}), 95 % ${range(gap.interval)}.`
        : 'Too few comparisons to say which is worst.';
      return `- ${words.en.sets[name]}, by ${by}: FNMR ${counts}. ${worst}`;
    }),
  );
  if (lines.length === 0) return 'There are no two groups of recordings to tell apart.';
  return `All at the one threshold that everybody has to pass.\n\n${lines.join('\n')}`;
}

function markdown({ head, rows }: Plot['table']): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function ownThresholds({ face, voice }: ReportFigures['lineage']['calibration']): string {
  return face === undefined || voice === undefined
    ? ''
    : `, with at least ${face.toFixed(2)} of the face and ${voice.toFixed(2)} of the voice, each by itself`;
}
