import { describe, expect, it } from 'vitest';
import { placeGraph, withoutShortcuts } from '../components/graph.ts';
import { comparisonOf, figuresOf } from './run-figures.ts';
import { foldTrace } from './trace-fold.ts';

const nodes = (...keys: string[]) => keys.map((key) => ({ key }));
const edges = (...pairs: string[]) =>
  pairs.map((pair) => ({ from: pair.split('>')[0] ?? '', to: pair.split('>')[1] ?? '' }));
const layers = (placed: ReturnType<typeof placeGraph>) =>
  Object.fromEntries(placed.map(({ node, layer }) => [node.key, layer]));

describe('a graph', () => {
  it('puts each node behind everything that leads to it', () => {
    const placed = placeGraph(nodes('d', 'a', 'b', 'c'), edges('a>b', 'a>c', 'b>c', 'c>d'));
    expect(layers(placed)).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  });

  it('stands neighbours near each other, so that few lines cross', () => {
    const placed = placeGraph(nodes('a1', 'a2', 'b2', 'b1'), edges('a1>b1', 'a2>b2'));
    const row = (key: string) => placed.find(({ node }) => node.key === key)?.row;
    expect(row('a1')! < row('a2')!).toBe(row('b1')! < row('b2')!);
  });

  it('is drawn even where it goes in a circle or names what is not there', () => {
    expect(placeGraph(nodes('a', 'b'), edges('a>b', 'b>a', 'b>ghost'))).toHaveLength(2);
  });
});

describe("a run's tasks", () => {
  const digest = (name: string) => ({ name, digest: name, bytes: 1, type: '', metadata: {} });
  const task = (name: string, reads: string[], writes: string[], begun = true) => ({
    ...{ name, state: 'succeeded' as const, attempts: 1, cached: false, reason: null, cpuSeconds: null },
    ...{ startedAt: begun ? '2026-03-14T12:00:00Z' : null, finishedAt: null, cacheKey: null, command: [] },
    inputs: { parameters: {}, artifacts: { all: reads.map(digest) } },
    outputs: { parameters: {}, artifacts: { all: writes.map(digest) } },
  });

  it('tell the comparison with the champion, and all other figures', () => {
    const metrics = [{ metric: 'eer', champion: 0.02, candidate: 0.01 }];
    const comparison = { units: 9, unitName: 'people', metrics };
    const parameters = { comparison, counts: { faces: 12, voices: { kept: 9 } }, note: 'fine' };
    const tasks = [{ ...task('evaluate', [], []), outputs: { parameters, artifacts: {} } }];
    expect(comparisonOf({ tasks })).toEqual(comparison);
    expect(figuresOf({ tasks }).map(({ name, value }) => [name, value])).toEqual([
      ['counts.faces', 12],
      ['counts.voices.kept', 9],
    ]);
  });
});

it('leaves a circle as it is', () => {
  expect(withoutShortcuts(edges('a>b', 'b>a'))).toHaveLength(2);
});

it('folds a crowd of recordings into one node and keeps what was asked about', () => {
  const samples = Array.from({ length: 9 }, (_, n) => ({ kind: 'sample' as const, id: `s${n}` }));
  const folded = foldTrace(
    {
      nodes: [...samples, { kind: 'dataset', id: 'd' }],
      edges: samples.map(({ id }) => ({ from: `sample:${id}`, to: 'dataset:d', relation: 'contained in' })),
    },
    'sample:s8',
    3,
  );
  expect(folded.nodes.map(({ key }) => key)).toEqual([
    'sample:s8',
    'sample:s0',
    'sample:s1',
    'dataset:d',
    'sample:…',
  ]);
  expect(folded.nodes.at(-1)?.more).toBe(6);
  expect(folded.hidden).toBe(6);
  expect(folded.edges).toHaveLength(4);
});
