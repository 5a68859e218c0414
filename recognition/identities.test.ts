import { digestOf } from '@visavox/core/digest';
import { expect, it } from 'vitest';
import { identitiesOf } from './identities.ts';
import { splitOf } from './people-split.ts';
import { unseenToJudge } from './steps/judged.ts';

const item = (person: string, recording: string, labels: Record<string, string> = {}) => ({
  digest: digestOf(recording),
  labels: { person, modality: 'face', ...labels },
});

it('takes people for themselves of whom nothing else is known', () => {
  expect([...identitiesOf([item('ada', 'a'), item('ben', 'b'), item('ada', 'c')])]).toEqual([
    ['ada', 'ada'],
    ['ben', 'ben'],
  ]);
});

it('takes people for one who were found to be one, or who gave the same recording', () => {
  const identities = identitiesOf([
    item('zoe', 'z'),
    item('ada', 'a', { identity: 'zoe' }),
    item('ben', 'b'),
    item('cleo', 'b'),
    item('dan', 'd'),
    item('dan', 'b'),
  ]);
  expect(identities.get('ada')).toBe('zoe');
  expect(identities.get('zoe')).toBe('zoe');
  expect(new Set(['ben', 'cleo', 'dan'].map((person) => identities.get(person))).size).toBe(1);
});

it('never splits one recording, or one identity, between those who are learned from and those who are judged on', () => {
  const items = Array.from({ length: 400 }, (_, index) => [
    item(`person-${index}`, `recording-${index % 200}`),
    item(`person-${index}`, `own-${index}`, { modality: 'voice' }),
  ]).flat();
  const identities = identitiesOf(items);
  const splits = new Map<string, Set<string>>();
  for (const { digest, labels } of items) {
    const split = splitOf(identities.get(labels.person) ?? '');
    splits.set(digest, (splits.get(digest) ?? new Set()).add(split));
  }
  expect([...splits.values()].every((split) => split.size === 1)).toBe(true);
  for (const person of unseenToJudge(items)) expect(splitOf(identities.get(person) ?? '')).toBe('evaluation');
});
