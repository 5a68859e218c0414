import { describe, expect, it } from 'vitest';
import { distanceHint, frameHint, lumaOf, measureFrame } from './frame-measures.ts';
import { stageCrop } from './frames.ts';

const WIDTH = 36;
const HEIGHT = 48;

/** A face of one grey in surroundings of another, with some texture. */
function picture(face: number, surround: number, texture = 40): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const x = ((index % WIDTH) + 0.5) / WIDTH - 0.5;
    const y = Math.floor(index / WIDTH) / HEIGHT - 0.44;
    const inside = (x / 0.3) ** 2 + (y / 0.3) ** 2 < 1;
    return (inside ? face : surround) + (index % 2 ? texture : -texture);
  });
}

const hintFor = (face: number, surround: number, texture?: number) =>
  frameHint(measureFrame(picture(face, surround, texture), WIDTH, null));

describe('the light in the picture', () => {
  it.each([
    ['an evenly lit face', 120, 110, null],
    ['a dark room', 25, 20, 'too_dark'],
    ['a window behind', 35, 200, 'light_behind'],
    ['a bright window behind a fair face', 110, 230, 'light_behind'],
  ])('%s', (_, face, surround, hint) => {
    expect(hintFor(face, surround, 15)).toBe(hint);
  });

  it('is too bright only where nothing of the face is left', () => {
    expect(hintFor(240, 200, 5)).toBe('too_bright');
    expect(hintFor(235, 200, 60)).toBeNull();
  });

  it('asks to hold still while the picture moves', () => {
    const before = picture(120, 110);
    const moved = before.map((_, index) => before[(index + 1) % before.length] ?? 0);
    expect(frameHint(measureFrame(moved, WIDTH, before))).toBe('hold_still');
    expect(frameHint(measureFrame(before, WIDTH, before))).toBeNull();
  });
});

it('weighs colours as the eye does', () => {
  const luma = lumaOf(Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]));
  expect([...luma].map(Math.round)).toEqual([76, 150, 29]);
});

it('tells a face that is far away from one that is too near', () => {
  expect(distanceHint(40, 720)).toBe('face_too_small');
  expect(distanceHint(130, 720)).toBeNull();
  expect(distanceHint(300, 720)).toBe('face_too_large');
  expect(distanceHint(undefined, 720)).toBeNull();
});

it('sends what the person sees, upright 3:4 from the middle of whatever the camera gives', () => {
  expect(stageCrop(640, 480)).toEqual({ x: 140, y: 0, width: 360, height: 480 });
  expect(stageCrop(1280, 720)).toEqual({ x: 370, y: 0, width: 540, height: 720 });
  expect(stageCrop(480, 960)).toEqual({ x: 0, y: 160, width: 480, height: 640 });
});
