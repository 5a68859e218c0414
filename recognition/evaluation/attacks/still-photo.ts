import type { Turn } from '../../signals/head.ts';
import type { Random } from '../../synthetic/random.ts';
import { drawWall, Hand, type Hold, held } from './held-sheet.ts';
import { jpegOf, pictureOf } from './picture.ts';

/** Held before the camera by hand: as it is, bent like a cheek, or turned about when a turn of the head is asked for. */
export const stillPhotoTricks = ['held', 'bent', 'turned', 'bent-and-turned'] as const;
export type StillPhotoTrick = (typeof stillPhotoTricks)[number];

/** When in the film the turn is made: milliseconds from the first picture to the moment at which the digits begin. */
export function alongTurn(time: number, times: readonly number[]): number {
  const first = times[0] ?? 0;
  const before = -first;
  if (before < 1200 || time > -200) return 0;
  const along = (time - first - 0.12 * before) / (0.72 * before);
  if (along <= 0 || along >= 1) return 0;
  const up = Math.min(1, along / 0.35, (1 - along) / 0.3);
  return 0.5 - 0.5 * Math.cos(Math.PI * up);
}

export async function stillPhoto(
  photograph: Uint8Array,
  { times, turn, trick }: { times: readonly number[]; turn: Turn | null; trick: StillPhotoTrick },
  random: Random,
): Promise<Uint8Array[]> {
  const sheet = await pictureOf(photograph);
  const hand = new Hand(random);
  const wall = drawWall(random);
  const noise = random.between(1.5, 3);
  const bends = trick === 'bent' || trick === 'bent-and-turned';
  const turns = turn !== null && (trick === 'turned' || trick === 'bent-and-turned');
  const far = ((turn === 'left' ? 1 : -1) * random.between(28, 50) * Math.PI) / 180;
  const still: Hold = {
    yaw: random.normal(0, 0.04),
    pitch: random.normal(0, 0.05),
    roll: random.normal(0, 0.03),
    right: random.normal(0, 0.02),
    down: random.normal(0, 0.02),
    width: random.between(0.95, 1.2),
    bend: bends ? random.between(0.8, 2.2) : random.normal(0, 0.12),
  };
  const frames: Uint8Array[] = [];
  for (const time of times) {
    const now = hand.at(time, still);
    const turned = turns ? { ...now, yaw: now.yaw + far * alongTurn(time, times) } : now;
    frames.push(await jpegOf(held(sheet, turned, wall), { noise, blur: random.between(0.4, 0.7) }, random));
  }
  return frames;
}
