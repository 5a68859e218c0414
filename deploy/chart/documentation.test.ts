import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { chart } from '../testing/helm.ts';

const root = join(chart, '..', '..');
const guide = readFileSync(join(root, 'docs', 'cluster.md'), 'utf8');
const values: unknown = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));

/** `application.replicas`, …; requests and limits are one value. */
function namesOf(value: unknown, name = ''): string[] {
  const entries = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (name.endsWith('resources') || !entries || Object.keys(entries).length === 0) return [name];
  return Object.entries(entries).flatMap(([key, inner]) => namesOf(inner, name ? `${name}.${key}` : key));
}

describe('docs/cluster.md', () => {
  it('has every value of the chart in its table, and no other', () => {
    const table = guide.slice(guide.indexOf('## All values'));
    const documented = [...table.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
    expect(documented).toEqual(namesOf(values));
  });

  it('names values and files that there are', () => {
    const known = namesOf(values);
    const mentioned = [...guide.matchAll(/`([a-z]\w*(?:\.\w+)+)[:=`]/g)].map(([, name = '']) => name);
    const areas = new Set(known.map((name) => name.split('.')[0]));
    /** A file, and an entry of a Secret, that are called like values. */
    const others = ['trial.yaml', 'objects.key'];
    const meant = mentioned.filter((name) => areas.has(name.split('.')[0] ?? '') && !others.includes(name));
    expect(meant.length).toBeGreaterThan(80);
    const unknown = (name: string) => !known.some((one) => one === name || one.startsWith(`${name}.`));
    expect(meant.filter(unknown)).toEqual([]);
    for (const [, path = ''] of guide.matchAll(/(deploy\/[\w./-]+\w)/g))
      expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('asks for no program of the project that there is not', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    for (const [, script = ''] of guide.matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script]);
  });
});
