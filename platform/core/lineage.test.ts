import { expect, it } from 'vitest';
import { type LineageEdge, type LineageNode, type LineageSource, trace } from './lineage.ts';

const node = (name: string): LineageNode => {
  const [kind = '', id = ''] = name.split(':');
  return { kind, id };
};

/** Facts as arrows: `sample:1 > dataset:a`. */
function sourceOf(...arrows: string[]): LineageSource {
  const edges = arrows.map((arrow): LineageEdge => {
    const [from = '', to = ''] = arrow.split(' > ');
    return { from: node(from), to: node(to), relation: 'made' };
  });
  const same = (a: LineageNode, b: LineageNode) => a.kind === b.kind && a.id === b.id;
  return {
    into: async (end) => edges.filter((edge) => same(edge.to, end)),
    outOf: async (start) => edges.filter((edge) => same(edge.from, start)),
  };
}

const application = sourceOf(
  'person:ada > sample:1',
  'person:bob > sample:2',
  'sample:1 > dataset:a',
  'sample:2 > dataset:a',
  'release:r1 > attempt:x',
  'release:r1 > attempt:y',
);
const platform = sourceOf(
  'dataset:a > run:7',
  'run:7 > model:m2',
  'model:m2 > release:r1',
  'model:m1 > run:7',
);
const names = async (start: string) =>
  (await trace(node(start), [application, platform])).nodes.map((one) => `${one.kind}:${one.id}`).sort();

it('goes back from an attempt to the people behind it, through facts of two rooms', async () => {
  expect(await names('attempt:x')).toEqual(
    [
      'attempt:x',
      'dataset:a',
      'model:m1',
      'model:m2',
      'person:ada',
      'person:bob',
      'release:r1',
      'run:7',
      'sample:1',
      'sample:2',
    ].sort(),
  );
});

it('goes on from a recording to what it reached, without its neighbours', async () => {
  expect(await names('sample:1')).toEqual(
    [
      'attempt:x',
      'attempt:y',
      'dataset:a',
      'model:m2',
      'person:ada',
      'release:r1',
      'run:7',
      'sample:1',
    ].sort(),
  );
});

it('ends where facts go in a circle', async () => {
  const circle = sourceOf('attempt:x > sample:3', 'sample:3 > attempt:x');
  expect((await trace(node('attempt:x'), [circle])).edges).toHaveLength(2);
});
