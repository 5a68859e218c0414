import type { SeenFace } from './lips.ts';

/** Where a person is asked to turn the head, as the person sees it. */
export type Turn = 'left' | 'right';

export interface HeadTurn {
  /** Degrees to the side that was asked for, and to the other one, from how the head is held while speaking. */
  readonly asked: number;
  readonly other: number;
}

/** Null where the head was never seen before and during the speech. */
export function headTurn(faces: readonly SeenFace[], turn: Turn): HeadTurn | null {
  const speaking = faces.filter(({ at }) => at >= 0);
  const before = faces.filter(({ at }) => at < 0);
  if (speaking.length === 0 || before.length < 3) return null;
  const straight = median(speaking.map((face) => face.yaw));
  const sign = turn === 'left' ? 1 : -1;
  const turned = before.map((face) => (sign * (face.yaw - straight) * 180) / Math.PI);
  return { asked: Math.max(0, ...turned), other: Math.max(0, ...turned.map((degrees) => -degrees)) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
