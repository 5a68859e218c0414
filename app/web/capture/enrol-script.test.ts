import { expect, it } from 'vitest';
import { isPose, missingTakes, NOTHING_TAKEN, poseProgress, posesOf } from './enrol-script.ts';

const asked = { turns: ['left', 'right'], prompts: ['04719', '83526', '71048'] } as const;
const some = new Blob();
const turns = [{ at: 0, jpeg: some }];

it('asks for what is missing, faces first', () => {
  expect(missingTakes(NOTHING_TAKEN, asked)).toHaveLength(7);
  const faces = [some, undefined, some, some];
  expect(missingTakes({ faces, voices: [some, some, some], turns }, asked)).toEqual([
    { kind: 'face', index: 1 },
  ]);
});

it('takes both turns anew where one of them was broken off', () => {
  const faces = [some, some];
  expect(missingTakes({ faces, voices: [], turns: [] }, asked).filter(({ kind }) => kind === 'face')).toEqual(
    [
      { kind: 'face', index: 1 },
      { kind: 'face', index: 2 },
      { kind: 'face', index: 3 },
    ],
  );
});

it('takes the turns in the order in which they are asked for, and three straight looks of those who cannot', () => {
  expect(posesOf({ turns: ['right', 'left'] })).toEqual(['straight', 'right', 'left', 'again']);
  expect(posesOf({ turns: [] })).toEqual(['straight', 'again', 'again']);
});

it('wants a straight look, or a turn to the side that is asked for', () => {
  expect(isPose('straight', { yaw: 3 })).toBe(true);
  expect(isPose('straight', { yaw: 24 })).toBe(false);
  expect(isPose('left', { yaw: 18 })).toBe(true);
  expect(isPose('left', { yaw: -18 })).toBe(false);
  expect(isPose('left', { yaw: 2 })).toBe(false);
  expect(isPose('right', { yaw: -18 })).toBe(true);
  expect(isPose('again', { yaw: 9 }, 8)).toBe(true);
  expect(isPose('again', { yaw: -4 }, 8)).toBe(false);
  // A camera beside the screen sees everybody turned a little.
  expect(isPose('left', { yaw: 18 }, 8)).toBe(false);
  expect(isPose('right', { yaw: -9 }, 8)).toBe(true);
});

it('tells how far a turn has come', () => {
  expect(poseProgress('left', 7.5)).toBeCloseTo(0.5);
  expect(poseProgress('left', -20)).toBe(0);
  expect(poseProgress('right', -20)).toBe(1);
  expect(poseProgress('straight', 20)).toBe(0);
});
