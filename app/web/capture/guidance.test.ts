import { describe, expect, it } from 'vitest';
import type { SeenFace } from './face/face-look.ts';
import { ALL_IS_WELL, guidanceFor } from './guidance.ts';

const inPlace = { x: 0.5, y: 0.47, width: 0.4, height: 0.4 };
const face = (change: Partial<SeenFace> = {}): SeenFace => ({
  kind: 'face',
  place: inPlace,
  eyeMouth: 0.2,
  yaw: 0,
  roll: 0,
  hints: [],
  mouthOpening: 0,
  ...change,
});
const at = (change: Partial<typeof inPlace>) => face({ place: { ...inPlace, ...change } });

describe('guidance', () => {
  it('is content with a face in the oval', () => {
    expect(guidanceFor(face(), null)).toEqual(ALL_IS_WELL);
  });

  it.each([
    ['on the right of the picture, which is the person’s left', at({ x: 0.7 }), 'right'],
    ['on the left of the picture', at({ x: 0.3 }), 'left'],
    ['too low', at({ y: 0.68 }), 'up'],
    ['too high', at({ y: 0.3 }), 'down'],
    ['half outside', at({ x: 0.55, width: 0.95 }), 'right'],
    ['far away', face({ eyeMouth: 0.08 }), 'nearer'],
    ['close by', face({ eyeMouth: 0.36 }), 'further'],
  ])('leads a face %s', (_, look, direction) => {
    expect(guidanceFor(look, null).direction).toBe(direction);
  });

  it('leads to the place before it speaks of the light', () => {
    expect(guidanceFor(at({ x: 0.8 }), 'light_behind').hint).toBe('move_right');
    expect(guidanceFor(face(), 'light_behind').hint).toBe('light_behind');
    expect(guidanceFor(face({ hints: ['too_dark'] }), null).hint).toBe('too_dark');
  });

  it('says that it is dark where no face is found in the dark', () => {
    expect(guidanceFor({ kind: 'fault', code: 'no_face' }, 'too_dark').hint).toBe('too_dark');
    expect(guidanceFor({ kind: 'fault', code: 'no_face' }, 'hold_still').hint).toBe('no_face');
    expect(guidanceFor({ kind: 'fault', code: 'several_faces' }, 'too_dark').hint).toBe('several_faces');
  });

  it('lets the head turn and leave the middle where a turn is asked for, and never the picture', () => {
    const turned = face({ yaw: 25, place: { ...inPlace, x: 0.68 } });
    expect(guidanceFor(turned, null).hint).toBe('move_right');
    expect(guidanceFor(turned, null, { mayTurn: true })).toEqual(ALL_IS_WELL);
    expect(guidanceFor(at({ x: 0.9 }), null, { mayTurn: true }).direction).toBe('right');
    expect(guidanceFor(face({ yaw: 25 }), null).hint).toBe('face_turned');
  });

  it('does without the place where only the server looked', () => {
    expect(guidanceFor(face({ place: null }), null)).toEqual(ALL_IS_WELL);
  });
});
