import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { figuresOf } from './attack-figures.ts';
import type { Presentation } from './attacks.ts';
import { rowsOf } from './publish-attacks.ts';
import { publishedAttacks, weakRows } from './published-attacks.ts';

const presented = (row: Presentation['row'], variant: string, faults: readonly (string | null)[]) =>
  faults.map((fault): Presentation => ({ row, variant, checks: 'lips', fault }));

test('a row is counted once, in however many ways it was done and under however many checks', () => {
  const stills = [
    ...presented('still-photo', 'held', ['lips_differ', null]),
    ...presented('still-photo', 'turned', ['head_is_flat', 'head_is_flat', 'lips_differ']),
  ];
  const figures = [
    ...figuresOf('films', stills),
    ...figuresOf('films', presented('genuine', 'says the digits', [null, 'lips_differ'])),
    ...figuresOf('films', presented('genuine', 'speaks a sentence', [null])),
  ];
  expect(rowsOf(figures)).toEqual([
    { attack: 'still-photo', material: 'films', presentations: 5, errors: 1 },
    { attack: 'genuine', material: 'films', presentations: 3, errors: 1 },
  ]);
});

test('a row is weak by its worst material, people by a lower limit than attacks', () => {
  const row = (attack: string, material: string, errors: number) =>
    ({ attack, material, presentations: 100, errors }) as const;
  const rows = [
    ...[row('still-photo', 'films', 7), row('screen-replay', 'films', 8), row('screen-replay', 'others', 20)],
    ...[row('genuine', 'films', 5), row('genuine', 'others', 6)],
  ];
  const weak = weakRows({ bundle: '', seed: 0, rows });
  expect(weak).toEqual([row('screen-replay', 'others', 20), row('genuine', 'others', 6)]);
});

test('the document’s first paragraph names every row that falls short, with its counts', async () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'presentation-attacks.md');
  const [, first = ''] = (await readFile(file, 'utf8')).split('\n\n');
  const text = first.replaceAll(/\s+/g, ' ');
  const named = [...text.matchAll(/`([a-z-]+)` \((\d+) of (\d+)/g)].map(([, attack, errors, all]) => ({
    ...{ attack, errors: Number(errors), presentations: Number(all) },
  }));
  const weak = weakRows(publishedAttacks());
  expect(named).toEqual(weak.map(({ attack, errors, presentations }) => ({ attack, errors, presentations })));
});
