import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Versions by package. */
function pinned(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  return new Map(
    [...text.matchAll(/^([a-z0-9._-]+)==(\S+)/gm)].map(([, name = '', version = '']) => [name, version]),
  );
}

it('puts the same versions into one Python environment, for the platform and for the recogniser', () => {
  const recogniser = pinned('recognition/training/requirements.lock');
  const platform = pinned('platform/host/set-up/requirements.lock');
  const shared = [...platform].filter(([name]) => recogniser.has(name));
  expect(shared.length).toBeGreaterThan(50);
  expect(shared.filter(([name, version]) => recogniser.get(name) !== version)).toEqual([]);
});
