import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operator as consoleEn } from './console.en.ts';
import { operator as consoleFr } from './console.fr.ts';
import { formats } from './format.ts';
import { page as pageEn } from './page.en.ts';
import { page as pageFr } from './page.fr.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';
import { waysIn as waysInEn } from './ways-in.en.ts';
import { waysIn as waysInFr } from './ways-in.fr.ts';

const flat = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
  );
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe.each([
  ['pages', pageEn, pageFr],
  ['problems', problemsEn, problemsFr],
  ['console', consoleEn, consoleFr],
  ['ways in', waysInEn, waysInFr],
])('the words of the %s', (_, english, french) => {
  const en = flat(english);
  const fr = new Map(flat(french));

  it('exist in both languages', () => {
    expect([...fr.keys()].sort()).toEqual(en.map(([key]) => key).sort());
    for (const [key, text] of [...en, ...fr]) expect(text.trim(), key).not.toBe('');
  });

  it('have the same blanks to fill in', () => {
    for (const [key, text] of en) expect(blanks(fr.get(key) ?? ''), key).toEqual(blanks(text));
  });
});

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
    expect([...codes].filter((code) => !Object.hasOwn(problemsEn, code)).sort()).toEqual([]);
  });
});

describe('numbers and days', () => {
  it('are written as the language does', () => {
    expect(formats('en-GB').number(12_345)).toBe('12,345');
    expect(formats('fr').percent(0.883)).toMatch(/^88\s%$/);
    expect(formats('en-GB').day('2026-03-01T12:00:00Z')).toBe('1 March 2026');
  });

  it('tell durations in the two units that matter', () => {
    expect([3.21, 42.4, 75, 7380].map(formats('en').duration)).toEqual(['3.2s', '42s', '1m 15s', '2h 3m']);
  });
});
