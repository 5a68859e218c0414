import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { translated } from '@visavox/console/testing/translated';
import { problems as platformProblems } from '@visavox/console/text/problems.en';
import { describe, expect, it } from 'vitest';
import { operator as consoleEn, platformWords as wordsEn } from './console.en.ts';
import { operator as consoleFr, platformWords as wordsFr } from './console.fr.ts';
import { page as pageEn } from './page.en.ts';
import { page as pageFr } from './page.fr.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';
import { waysIn as waysInEn } from './ways-in.en.ts';
import { waysIn as waysInFr } from './ways-in.fr.ts';

translated('pages', pageEn, pageFr);
translated('problems', problemsEn, problemsFr);
translated('console', consoleEn, consoleFr);
translated("sign-in's names on the platform's pages", wordsEn, wordsFr);
translated('ways in', waysInEn, waysInFr);

/** What these have to say is said in the terminal, before there is a page. */
const beforeThePages = new Set([
  ...['settings.ts', 'listener.ts', 'plugin.ts', 'up.ts', 'secrets.ts', 'operator-token.ts'],
]);

describe('problems', () => {
  const root = join(import.meta.dirname, '../../..');
  const sources = async (folder: string) =>
    (await readdir(join(root, folder), { recursive: true }))
      .filter((name) => name.endsWith('.ts') && !name.includes('test') && !beforeThePages.has(name))
      .map((name) => join(root, folder, name));

  it('have words for every code that the server answers with', async () => {
    const files = [
      ...(await sources('app/server')),
      join(root, 'recognition/signals/capture-fault.ts'),
      join(root, 'recognition/face-finding/face-hints.ts'),
    ];
    const codes = new Set<string>();
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      for (const [, code] of text.matchAll(/\bcode: '([a-z]+(?:_[a-z]+)*)'/g)) if (code) codes.add(code);
      if (/capture-fault|(capture|face)-hints/.test(file))
        for (const [, code] of text.matchAll(/(?:^ {2}|\['|push\(')([a-z]+(?:_[a-z]+)+)(?:: \[|'\]|'\))/gm))
          if (code) codes.add(code);
    }
    expect(codes.size).toBeGreaterThan(20);
    const known = { ...platformProblems, ...problemsEn };
    expect([...codes].filter((code) => !Object.hasOwn(known, code)).sort()).toEqual([]);
  });
});
