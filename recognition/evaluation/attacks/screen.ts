import type { Random } from '../../synthetic/random.ts';
import type { Film } from './films.ts';
import { drawWall, Hand, held } from './held-sheet.ts';
import { drawn, jpegOf, type Picture, pictureOf } from './picture.ts';

/** A film shown on a screen that a camera looks at: its pixels, its glass, its frame, and a hand that holds it. */
export async function screenReplay(
  { frames, times }: Pick<Film, 'frames' | 'times'>,
  random: Random,
): Promise<Uint8Array[]> {
  const hand = new Hand(random);
  const wall = drawWall(random);
  const pitch = random.between(2.6, 4.2);
  const [shineX, shineY] = [random.between(-0.4, 0.4), random.between(-0.5, 0.5)];
  const [shine, black] = [random.between(0, 50), random.between(6, 22)];
  const strength = random.between(0.02, 0.09);
  const contrast = random.between(0.78, 0.95);
  const still = {
    yaw: random.normal(0, 0.06),
    pitch: random.normal(0, 0.06),
    roll: random.normal(0, 0.02),
    right: 0,
    down: 0,
    width: random.between(0.9, 1.15),
    bend: 0,
  };
  const noise = random.between(1.5, 3);
  const out: Uint8Array[] = [];
  for (const [index, frame] of frames.entries()) {
    const shown = await shownOnScreen(frame, { black, contrast });
    const picture = held(shown, hand.at(times[index] ?? 0, still), wall, (u, v, colour) => {
      // The grid of the screen's pixels beats with that of the camera's.
      const beat = Math.sin(u * shown.width * pitch) * Math.sin(v * shown.width * pitch * 0.98);
      const glare = shine * Math.exp(-((u - shineX) ** 2 + (v - shineY) ** 2) / 0.05);
      for (let channel = 0; channel < 3; channel++)
        colour[channel] = colour[channel]! * (1 + strength * beat * (channel - 0.5)) + glare;
    });
    out.push(await jpegOf(picture, { noise, blur: random.between(0.5, 0.8) }, random));
  }
  return out;
}

/** With the screen's black frame around it, as dark and light as a screen can be. */
async function shownOnScreen(
  frame: Uint8Array,
  { black, contrast }: { black: number; contrast: number },
): Promise<Picture> {
  const picture = await pictureOf(frame);
  const edge = Math.round(picture.width * 0.04);
  const size = { width: picture.width + 2 * edge, height: picture.height + 2 * edge };
  return drawn(size, (x, y, colour) => {
    const [column, row] = [x - edge, y - edge];
    const outside = column < 0 || row < 0 || column >= picture.width || row >= picture.height;
    for (let channel = 0; channel < 3; channel++)
      colour[channel] = outside
        ? 12
        : black + contrast * picture.data[(row * picture.width + column) * 3 + channel]!;
  });
}
