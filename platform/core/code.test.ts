import { describe, expect, it } from 'vitest';
import { type CodeLink, CodeManifest, codeDigest, codeManifest } from './code.ts';
import { digestOf } from './digest.ts';

const file = (path: string) => ({ path, digest: digestOf(path), bytes: 1, executable: false });

it('names a snapshot by what is in it, in whatever order it was read', () => {
  const one = codeManifest([file('a'), file('b/c')], []);
  expect(codeDigest(codeManifest([file('b/c'), file('a')], []))).toBe(codeDigest(one));
  expect(codeDigest(codeManifest([{ ...file('a'), executable: true }, file('b/c')], []))).not.toBe(
    codeDigest(one),
  );
});

describe('a manifest that would write elsewhere than into its folder', () => {
  it.each<[string, string[], CodeLink[]]>([
    ['a path upwards', ['../a'], []],
    ['an absolute path', ['/etc/passwd'], []],
    ["a repository's own files", ['.git/hooks/pre-commit'], []],
    ['one path twice', ['a', 'a'], []],
    ['a file below a file', ['a', 'a/b'], []],
    ['a file below a link', ['a/b'], [{ path: 'a', target: 'c' }]],
    ['a link upwards', [], [{ path: 'a/b', target: '../../c' }]],
    ['an absolute link', [], [{ path: 'a', target: '/etc' }]],
  ])('%s is none', (_, paths, links) => {
    expect(CodeManifest.safeParse(codeManifest(paths.map(file), links)).success).toBe(false);
  });

  it('a link beside and one inwards are fine', () => {
    const links = [
      { path: 'a/b', target: '../c' },
      { path: 'd', target: 'a/e' },
    ];
    expect(CodeManifest.safeParse(codeManifest([file('c')], links)).success).toBe(true);
  });
});
