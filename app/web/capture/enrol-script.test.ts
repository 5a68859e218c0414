import { expect, it } from 'vitest';
import { isPose, missingTakes, promptsToSay } from './enrol-script.ts';

const look = (yaw: number, hints: string[] = []) => ({ ok: true as const, quality: { yaw }, hints });

it('asks for what is missing, faces first', () => {
  expect(missingTakes({ faces: [], voices: [] })).toHaveLength(7);
  const some = new Blob();
  expect(missingTakes({ faces: [some, undefined, some, some], voices: [some, some, some] })).toEqual([
    { kind: 'face', index: 1 },
  ]);
});

it('wants a straight look or a little turn, to either side', () => {
  expect(isPose('straight', look(3))).toBe(true);
  expect(isPose('straight', look(24, ['face_turned']))).toBe(false);
  expect(isPose('left', look(24, ['face_turned']))).toBe(true);
  expect(isPose('left', look(-15))).toBe(true);
  expect(isPose('left', look(2))).toBe(false);
  expect(isPose('right', look(15, ['too_dark']))).toBe(false);
});

it('has every digit said, and no two alike after each other', () => {
  for (let round = 0; round < 50; round++) {
    const prompts = promptsToSay();
    expect(prompts).toHaveLength(3);
    for (const digits of prompts) {
      expect(digits).toMatch(/^\d{5}$/);
      expect(digits).not.toMatch(/(\d)\1/);
    }
    expect(new Set(prompts.join('')).size).toBe(10);
  }
});
