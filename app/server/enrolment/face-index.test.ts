import { normalise } from '@visavox/recognition/signals/vectors';
import { Random } from '@visavox/recognition/synthetic/random';
import { expect, it } from 'vitest';
import { FaceIndex } from './face-index.ts';

const dimension = 32;
const random = new Random('face index');
const face = () => normalise(Float32Array.from({ length: dimension }, () => random.normal(0, 1)));
const near = (other: Float32Array, noise: number) =>
  normalise(other.map((value) => value + random.normal(0, noise)));

function filled(count: number, exactUpTo: number) {
  const index = new FaceIndex({ exactUpTo });
  const faces = Array.from({ length: count }, face);
  for (const [at, one] of faces.entries()) index.add({ person: `person-${at}`, sequence: at + 1, face: one });
  return { index, faces };
}

it('finds who is most alike, best first', () => {
  const { index, faces } = filled(500, 1000);
  const query = near(faces[123]!, 0.05);
  const found = index.nearest(query, 5);
  expect(found).toHaveLength(5);
  expect(found[0]).toMatchObject({ person: 'person-123', sequence: 124 });
  const cosines = found.map(({ cosine }) => cosine);
  expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
});

it('replaces and removes, and gives rows to newcomers', () => {
  const { index, faces } = filled(50, 1000);
  index.remove('person-7');
  index.remove('nobody');
  expect(index.nearest(faces[7]!, 1)[0]?.person).not.toBe('person-7');
  index.add({ person: 'new', sequence: 51, face: faces[7]! });
  expect(index.nearest(faces[7]!, 1)[0]).toMatchObject({ person: 'new', sequence: 51 });
  index.add({ person: 'new', sequence: 52, face: faces[8]! });
  expect(index.size).toBe(50);
  expect(
    index
      .nearest(faces[8]!, 2)
      .map(({ person }) => person)
      .sort(),
  ).toEqual(['new', 'person-8']);
  index.keepOnly(new Set(['person-1', 'new']), (sequence) => sequence < 1024);
  expect(index.size).toBe(2);
});

it('looks beyond so many only at those whose sketches are alike, and finds the same people', () => {
  const { index, faces } = filled(3000, 1000);
  expect(index.exact).toBe(true);
  while (index.grow(500));
  expect(index.exact).toBe(false);
  const queries = faces.filter((_, at) => at % 30 === 0).map((one) => near(one, 0.06));
  const found = queries.filter((query, at) => index.nearest(query, 1)[0]?.person === `person-${at * 30}`);
  expect(found.length / queries.length).toBeGreaterThan(0.98);
  expect(index.nearest(faces[3]!, 3000).length).toBeLessThan(1000);
  expect(index.nearest(faces[3]!, 3000, { exact: true })).toHaveLength(3000);

  index.remove('person-30');
  expect(index.nearest(faces[30]!, 1)[0]?.person).not.toBe('person-30');
  index.add({ person: 'later', sequence: 4000, face: faces[30]! });
  // Without a sketch yet, and found all the same.
  index.add({ person: 'latest', sequence: 4001, face: faces[60]! });
  expect(index.nearest(faces[30]!, 1)[0]?.person).toBe('later');
  expect(index.nearest(faces[60]!, 2).map(({ person }) => person)).toContain('latest');
});
