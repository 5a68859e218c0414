import { expect, test } from 'vitest';
import { pairModalities } from './fused-comparisons.ts';
import { readFacePairs, readVoiceTrials } from './lists.ts';

const pairs = readFacePairs(
  'a,b,same\r\nfaces/ada/1.jpg,faces/ada/2.jpg,1\r\nfaces/ada/1.jpg,faces/ben/1.jpg,0\r\n',
  'pairs.csv',
);
const header = 'trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,digits1,same';
const trials = readVoiceTrials(
  [
    header,
    't1,x,x,x/1.wav|x/2.wav,x/3.wav,x/4.wav,x/5.wav|x/6.wav,12,1',
    't2,y,y,y/1.wav,y/2.wav,y/3.wav,y/4.wav,12,1',
    't3,x,y,x/1.wav,x/2.wav,x/3.wav,y/5.wav,12,0',
    't4,y,x,y/1.wav,y/2.wav,y/3.wav,x/7.wav,12,0',
  ].join('\n'),
  'trials.csv',
);

test('faces: the folder of an image is its person', () => {
  expect(pairs).toEqual([
    {
      claimed: 'faces/ada',
      claimant: 'faces/ada',
      enrolled: [['faces/ada/1.jpg']],
      probe: ['faces/ada/2.jpg'],
      same: true,
    },
    {
      claimed: 'faces/ada',
      claimant: 'faces/ben',
      enrolled: [['faces/ada/1.jpg']],
      probe: ['faces/ben/1.jpg'],
      same: false,
    },
  ]);
});

test('voices: three recordings against one, pieces joined by |', () => {
  expect(trials[0]).toEqual({
    claimed: 'x',
    claimant: 'x',
    enrolled: [['x/1.wav', 'x/2.wav'], ['x/3.wav'], ['x/4.wav']],
    probe: ['x/5.wav', 'x/6.wav'],
    same: true,
  });
});

test.each([
  ['another table', 'who,what\n1,2\n', 'no column a, b, same'],
  ['an empty file', '', 'no column a, b, same'],
  ['a missing cell', 'a,b,same\n1.jpg,,1\n', 'line 2: nothing in column b'],
  ['another truth', 'a,b,same\n1.jpg,2.jpg,yes\n', 'line 2: same is "yes"'],
])('%s is said with its line', (_, text, message) => {
  expect(() => readFacePairs(text, 'pairs.csv')).toThrow(message);
});

test('fused: each face has one voice, and an impostor brings his own', () => {
  const fused = pairModalities(pairs, trials, 1);
  expect(fused.map(({ same, voice }) => [same, voice.same])).toEqual([
    [true, true],
    [false, false],
  ]);
  const [genuine, impostor] = fused;
  expect(impostor?.voice.claimed).toBe(genuine?.voice.claimed);
  expect(pairModalities(pairs, trials, 1)).toEqual(fused);
});
