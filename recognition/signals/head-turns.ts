import type { Turn } from './head.ts';

/** How a head was held at a moment; radians, positive to the person's left. */
export interface HeldHead {
  readonly at: number;
  readonly yaw: number;
}

/**
 * How far the head turned to each side that was asked for, in degrees from `straight`, one turn after another: each moment
 * counts for one turn, and the later turn's moments come later. Null with fewer pictures than turns.
 */
export function turnsInOrder(
  heads: readonly HeldHead[],
  straight: number,
  turns: readonly Turn[],
): number[] | null {
  if (heads.length < turns.length) return null;
  const degrees = (head: HeldHead, turn: Turn) =>
    ((turn === 'left' ? 1 : -1) * (head.yaw - straight) * 180) / Math.PI;
  const [turn, ...later] = turns;
  if (turn === undefined) return [];
  if (later.length === 0) return [Math.max(...heads.map((head) => degrees(head, turn)))];
  let best: number[] | null = null;
  let furthest = Number.NEGATIVE_INFINITY;
  for (const [index, head] of heads.entries()) {
    furthest = Math.max(furthest, degrees(head, turn));
    const rest = turnsInOrder(heads.slice(index + 1), straight, later);
    if (rest && (!best || Math.min(furthest, ...rest) > Math.min(...best))) best = [furthest, ...rest];
  }
  return best;
}

/** The middle of those that look most nearly into the camera. */
export function straightYaw(yaws: readonly number[]): number {
  const nearest = yaws.toSorted((a, b) => Math.abs(a) - Math.abs(b)).slice(0, 3);
  return nearest.toSorted((a, b) => a - b)[nearest.length >> 1] ?? 0;
}
