import { expect, it } from 'vitest';
import { projects, reproduceAll } from './reproduce.ts';

/** `npm run bench -- reproduce` does so with all projects. */
it('runs are reproduced from another clone, after code, packages and caches were changed', async () => {
  const some = projects
    .filter(({ name }) => name !== 'tabular')
    .map((project) => ({ ...project, runs: project.runs.slice(0, 1) }));
  const reproductions = await reproduceAll(some, () => {});
  expect(
    reproductions.map(({ project, identical, differences, pins }) => ({
      project,
      identical,
      differences,
      pins,
    })),
  ).toEqual(some.map(({ name }) => ({ project: name, identical: true, differences: [], pins: [] })));
}, 600_000);
