import type { FaceGeometry } from '../../face-finding/face-mesh.ts';
import type { Turn } from '../../signals/head.ts';
import type { Random } from '../../synthetic/random.ts';
import { Hand, type Hold } from './held-sheet.ts';
import { loudnessAt } from './loudness.ts';
import { drawn, FRAME, jpegOf, type Look, lookAt, pictureOf } from './picture.ts';
import { alongTurn } from './still-photo.ts';

/**
 * How the turn of the head is made up: not at all; by squeezing the picture; by shifting what is nearer by more (a bump where
 * the nose is); by laying the picture over an egg with a nose.
 */
export const animatedStillTricks = ['facing', 'squeezed', 'shifted', 'modelled'] as const;
export type AnimatedStillTrick = (typeof animatedStillTricks)[number];

interface Likeness {
  readonly look: Look;
  /** In pixels of the photograph. */
  readonly eyes: { readonly x: number; readonly y: number };
  readonly mouth: { readonly x: number; readonly y: number };
  /** From the eyes to the mouth: what all lengths below are parts of. */
  readonly unit: number;
}

/** A photograph whose mouth a program opens with the loudness, and whose head it turns; fed in as if a camera had seen it. */
export async function animatedStill(
  photograph: { readonly bytes: Uint8Array; readonly face: FaceGeometry },
  {
    sound,
    times,
    turn,
    trick,
  }: {
    readonly sound: Float32Array;
    readonly times: readonly number[];
    readonly turn: Turn | null;
    readonly trick: AnimatedStillTrick;
  },
  random: Random,
): Promise<Uint8Array[]> {
  const picture = await pictureOf(photograph.bytes);
  const likeness = likenessOf(lookAt(picture), photograph.face);
  const loudness = loudnessAt(sound);
  const hand = new Hand(random);
  const noise = random.pick([0, 1.5, 2.5]);
  const widest = random.between(0.16, 0.3);
  const far = ((turn === 'left' ? 1 : -1) * random.between(20, 34) * Math.PI) / 180;
  const shown = random.between(2.6, 3.2);
  const still: Hold = { yaw: 0, pitch: 0, roll: 0, right: 0, down: 0, width: 1, bend: 0 };
  const frames: Uint8Array[] = [];
  for (const time of times) {
    const { right, down, roll, width } = hand.at(time, still);
    const yaw = trick === 'facing' || turn === null ? 0 : far * alongTurn(time, times);
    const open = widest * loudness(time + 30);
    const place = { x: 0, y: 0 };
    const [cosine, sine] = [Math.cos(roll), Math.sin(roll)];
    const scale = (shown * likeness.unit * 3) / FRAME.height / width;
    const frame = drawn(FRAME, (x, y, colour) => {
      const across = (x - FRAME.width / 2) * scale - right * likeness.unit;
      const below = (y - FRAME.height * 0.48) * scale - down * likeness.unit;
      place.x = (cosine * across + sine * below) / likeness.unit;
      place.y = (-sine * across + cosine * below) / likeness.unit;
      unturn(place, yaw, trick);
      const inside = unopen(place, open);
      const seen = likeness.look(
        likeness.eyes.x + place.x * likeness.unit,
        likeness.eyes.y + (likeness.mouth.y - likeness.eyes.y) / 2 + place.y * likeness.unit,
        colour,
      );
      if (!seen) colour.fill(90);
      if (inside > 0) for (let channel = 0; channel < 3; channel++) colour[channel]! *= 1 - 0.75 * inside;
    });
    frames.push(await jpegOf(frame, { noise, blur: 0.4 }, random));
  }
  return frames;
}

function likenessOf(look: Look, { leftEye, rightEye, mouth }: FaceGeometry): Likeness {
  const eyes = { x: (leftEye.x + rightEye.x) / 2, y: (leftEye.y + rightEye.y) / 2 };
  return { look, eyes, mouth, unit: Math.hypot(mouth.x - eyes.x, mouth.y - eyes.y) };
}

/** The half-way point between eyes and mouth is the origin: eyes at y = -0.5, the mouth at 0.5, the head's edge at about 1.15. */
const MOUTH = 0.5;
const EDGE = 1.15;
const TALL = 1.7;

/** Where in the photograph lies what is seen there once the head is turned. */
function unturn(place: { x: number; y: number }, yaw: number, trick: AnimatedStillTrick): void {
  if (yaw === 0) return;
  const [sine, cosine] = [Math.sin(yaw), Math.cos(yaw)];
  // The camera's right is the person's left.
  switch (trick) {
    case 'facing':
      return;
    case 'squeezed':
      place.x = (place.x - 0.3 * sine) / cosine;
      return;
    case 'shifted': {
      const bump = Math.exp(-0.5 * ((place.x / 0.55) ** 2 + (place.y / 0.8) ** 2));
      const nose = Math.exp(-0.5 * ((place.x / 0.16) ** 2 + ((place.y - 0.1) / 0.25) ** 2));
      place.x -= sine * (0.75 * bump + 0.3 * nose);
      return;
    }
    case 'modelled': {
      const seen = place.x;
      for (let round = 0; round < 6; round++) place.x = (seen - depth(place.x, place.y) * sine) / cosine;
    }
  }
}

function depth(x: number, y: number): number {
  const out = 1 - (x / EDGE) ** 2 - (y / TALL) ** 2;
  const nose = Math.exp(-0.5 * ((x / 0.17) ** 2 + ((y - 0.12) / 0.28) ** 2));
  return (out > 0 ? 1.05 * Math.sqrt(out) : 0) - 0.2 + 0.32 * nose;
}

/** The mouth's gap is drawn apart and the chin goes down with it; how much of what is seen there is the dark inside, 0..1. */
function unopen(place: { x: number; y: number }, open: number): number {
  if (open <= 0) return 0;
  const along = place.x / 0.42;
  if (Math.abs(along) >= 1 || place.y < MOUTH - 0.02) return 0;
  const gap = open * (1 - along * along);
  const below = place.y - MOUTH;
  if (below < gap) {
    place.y = MOUTH;
    return Math.min(1, gap / 0.03) * Math.min(1, below / 0.02, (gap - below) / 0.02);
  }
  // The chin and the neck take up the rest.
  const fade = Math.max(0, 1 - (below - gap) / 0.9);
  place.y -= gap * fade;
  return 0;
}
