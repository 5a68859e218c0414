import { expect, test } from 'vitest';
import { readLfwPairs } from './lfw.ts';

const list = (...lines: string[]) => ({ name: 'pairs.txt', lines });

test('two sets of one matched and one mismatched pair each', async () => {
  const { items, people, enrolled, probe, same, fold } = await readLfwPairs(
    list(
      '2\t1',
      'Abel_Pacheco\t1\t4',
      'Robert_Downey_Jr\t1\tTommy_Shane_Steiner\t1',
      'Woody_Allen\t2\t12',
      'Xavier_Malisse\t4\tJames_Roosevelt\t1',
    ),
  );
  expect(items.slice(0, 3)).toEqual([
    'Abel_Pacheco/Abel_Pacheco_0001.jpg',
    'Abel_Pacheco/Abel_Pacheco_0004.jpg',
    'Robert_Downey_Jr/Robert_Downey_Jr_0001.jpg',
  ]);
  expect(items).toContain('Woody_Allen/Woody_Allen_0012.jpg');
  expect([...people.slice(0, 4)]).toEqual([0, 0, 1, 2]);
  expect([...enrolled]).toEqual([0, 2, 4, 6]);
  expect([...probe]).toEqual([1, 3, 5, 7]);
  expect([...same]).toEqual([1, 0, 1, 0]);
  expect([...fold]).toEqual([0, 0, 1, 1]);
});

test('the lists of view 1 are one fold each', async () => {
  const view1 = await readLfwPairs(list('1', 'A\t1\t2', 'A\t1\tB\t1'), list('1', 'C\t1\t2', 'C\t1\tD\t1'));
  expect([...view1.fold]).toEqual([0, 0, 1, 1]);
});

test.each([
  ['what is no count', ['pairs', 'A\t1\t2']],
  ['a mismatched pair among the matched ones', ['1\t1', 'A\t1\tB\t2', 'A\t1\t2']],
  ['a pair too few', ['1\t1', 'A\t1\t2']],
  ['nothing', []],
])('%s is no list of pairs', async (_, lines) => {
  await expect(readLfwPairs(list(...lines))).rejects.toMatchObject({ code: 'list_invalid' });
});
