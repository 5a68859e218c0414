// npm run attack -- [--json] [--data DIR] [--only ROW,ROW]   attacks a service over HTTP, as somebody outside would
import { parseArgs } from 'node:util';
import { wilson } from '@visavox/recognition/evaluation/error-rates';
import { table } from 'visavox/table';
import type { Outcome } from './row.ts';
import { rows } from './rows.ts';
import { openStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`npm run attack -- [--json] [--data DIR] [--only ROW,ROW]

Starts a service with default settings on a home of its own and attacks it over HTTP only. For each attack: how often it was
tried, how often it reached its aim, and what an honest visitor noticed meanwhile.

  --data DIR   recordings of real people (faces/lfw, voices/…) for the rows on strangers' faces and voices
  --only ROWS  some rows, separated by commas: ${rows.map(({ attack }) => attack).join(', ')}
  --json       one JSON document on stdout
`);
  process.exit(0);
}
const wanted = values.only?.split(',');
const unknown = wanted?.find((name) => !rows.some(({ attack }) => attack === name));
if (unknown !== undefined) {
  process.stderr.write(`There is no row "${unknown}". See --help.\n`);
  process.exit(2);
}
const log = (text: string) => void process.stderr.write(`${text}\n`);
const stage = await openStage({ data: values.data, log });
try {
  log('an honest visitor enrols');
  await stage.honest.enrol();
  for (let visit = 0; visit < 3; visit++) await stage.honest.visit('before');
  const done: (Outcome & { attack: string; aim: string })[] = [];
  for (const { attack, aim, run } of rows.filter((row) => !wanted || wanted.includes(row.attack))) {
    log(attack);
    const outcome = await run(stage);
    log(`  ${outcome.successes} of ${outcome.tries}${outcome.note ? `: ${outcome.note}` : ''}`);
    done.push({ attack, aim, ...outcome });
    await stage.honest.visit('during');
  }
  const honest = stage.honest.figures();
  if (values.json) process.stdout.write(`${JSON.stringify({ rows: done, honest })}\n`);
  else {
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const lines = done.map(({ attack, tries, successes, aim }) => [
      ...[
        attack,
        tries,
        successes,
        tries > 0 ? wilson(successes, tries).map(percent).join(' to ') : '-',
        aim,
      ],
    ]);
    process.stdout.write(`${table(['attack', 'tries', 'successes', '95 %', 'a success is'], lines)}\n`);
    const { before, during } = honest.p99Ms;
    process.stdout.write(
      `\nAn honest visitor: refused ${honest.refused} of ${honest.tries} times; p99 ${Math.round(before ?? 0)} ms before, ${Math.round(during ?? 0)} ms during the attacks.\n`,
    );
  }
} finally {
  await stage.close();
}
