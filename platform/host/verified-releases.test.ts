import { digestOf } from '@visavox/core/digest';
import type { Release } from '@visavox/core/release';
import { expect, it } from 'vitest';
import { verified } from './verified-releases.ts';

const release: Release = {
  ...{ id: 'r', environment: 'production', model: 'wines', version: 2, bundle: digestOf('files') },
  ...{ stage: 'preparing', reason: 'by hand', createdAt: '2026-01-01T00:00:00.000Z', promotedAt: null },
};

it('a release is verified before it is brought up for the first time, and not on its way back', async () => {
  const events: string[] = [];
  const target = verified(
    {
      prepare: async () => void events.push('prepared'),
      activate: async () => void events.push('activated'),
      retire: async () => void events.push('retired'),
    },
    { require: async (bundle, name) => void events.push(`verified ${name} ${bundle.slice(0, 10)}`) },
  );
  await target.prepare(release);
  await target.activate(release);
  await target.prepare({ ...release, stage: 'retired' });
  expect(events).toEqual([
    `verified wines:2 ${release.bundle.slice(0, 10)}`,
    'prepared',
    'activated',
    'prepared',
  ]);
});

it('what is not what was signed is not brought up', async () => {
  const refusal = new Error('not what was signed');
  const target = verified(
    {
      prepare: () => Promise.reject(new Error('brought up')),
      activate: async () => {},
      retire: async () => {},
    },
    { require: () => Promise.reject(refusal) },
  );
  await expect(target.prepare(release)).rejects.toBe(refusal);
});
