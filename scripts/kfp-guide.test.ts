import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const file = join(import.meta.dirname, '..', 'docs', 'kfp.md');
const guide = readFileSync(file, 'utf8');
const linksIn = (text: string) =>
  [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => join(dirname(file), link));
const [described = ''] = guide.split('\n## How much of it runs\n');
const constructs = described.split('\n').filter((line) => /^\| (?!---|construct \|)/.test(line));

describe('the guide to the kfp SDK', () => {
  it.each([...new Set(linksIn(guide))])('has %s', (path) => expect(existsSync(path)).toBe(true));

  it('names a test for each construct', () => {
    expect(constructs.length).toBeGreaterThan(30);
    const without = constructs.filter(
      (row) => !linksIn(row).some((path) => /\.(test|contract)\.ts$/.test(path)),
    );
    expect(without).toEqual([]);
  });
});
