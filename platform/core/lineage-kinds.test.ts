import { describe, expect, it } from 'vitest';
import { kindNamed, orderKinds } from './lineage-kinds.ts';

const names = (...added: Parameters<typeof orderKinds>[0]) => orderKinds(added).map(({ name }) => name);

describe('kinds of lineage', () => {
  it('are those of the platform where a project adds none', () => {
    expect(names()).toEqual(['sample', 'dataset', 'run', 'model', 'release']);
  });

  it('stand where a project puts its own', () => {
    expect(
      names(
        { name: 'site', before: 'sample' },
        { name: 'prediction', after: 'release' },
        { name: 'complaint', after: 'prediction' },
        { name: 'audit' },
      ),
    ).toEqual([
      ...['site', 'sample', 'dataset', 'run', 'model', 'release', 'prediction', 'complaint', 'audit'],
    ]);
  });

  it.each([
    [{ name: 'run' }, /"run" is declared twice/],
    [{ name: 'rollout', aliases: ['deployment'] }, /"deployment" is declared twice/],
    [{ name: 'site', before: 'sensor' }, /beside "sensor", which is not there/],
    [{ name: 'site', before: 'sample', after: 'run' }, /before one kind and after another/],
    [{ name: 'Site:1' }, /not a name/],
  ])('are refused when they do not fit: %j', (kind, message) => {
    expect(() => orderKinds([kind])).toThrow(message);
  });

  it('are known by other words too', () => {
    expect(kindNamed('deployment', orderKinds([]))).toBe('release');
    expect(kindNamed('person', orderKinds([]))).toBeUndefined();
  });
});
