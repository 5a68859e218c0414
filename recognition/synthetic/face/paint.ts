import { type Expression, lipLine } from './expression.ts';
import { smoothNoise } from './noise.ts';
import { gaussian, smoothstep } from './surface.ts';
import type { Colour, FaceTraits } from './traits.ts';

/** Much cheaper than Math.hypot, which guards against overflow. */
const distanceOf = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** One point's colour while it is painted: layers go over it one by one. */
export class Paint {
  red = 0;
  green = 0;
  blue = 0;
  /** Strength of the mirror-like part of the reflection. */
  shine = 0;
  /** Light that reaches the point at all: creases are dark whatever the light. */
  open = 1;

  fill(colour: Colour, shine: number): void {
    [this.red, this.green, this.blue] = colour;
    this.shine = shine;
    this.open = 1;
  }

  over(colour: Colour, cover: number): void {
    if (cover <= 0) return;
    const share = Math.min(1, cover);
    this.red += (colour[0] - this.red) * share;
    this.green += (colour[1] - this.green) * share;
    this.blue += (colour[2] - this.blue) * share;
  }

  tint(red: number, green: number, blue: number): void {
    this.red *= red;
    this.green *= green;
    this.blue *= blue;
  }
}

/** Paints the skin and everything that grows on it or lies in it, at (x, y, z) of the head. */
export function paintSkin(
  paint: Paint,
  traits: FaceTraits,
  expression: Expression,
  x: number,
  y: number,
  z: number,
): void {
  const { skin } = traits;
  paint.fill(skin.colour, skin.shine);
  const mottle = smoothNoise(x * 9 + 50, y * 9 + 50, traits.texture) - 0.5;
  const grain = smoothNoise(x * 70 + 500, y * 70 + 500, traits.texture + 1) - 0.5;
  const tone = 1 + 0.1 * mottle + 0.07 * grain * (0.5 + traits.age);
  paint.tint(tone, tone * (1 - 0.05 * mottle), tone);
  if (z < 0.02) return;

  const side = Math.abs(x);
  const flush =
    skin.flush *
    (gaussian(side - 0.36, 0.13) * gaussian(y + 0.22, 0.12) +
      0.6 * gaussian(x, 0.1) * gaussian(y - traits.nose.tipY, 0.07));
  paint.tint(1 - 0.02 * flush, 1 - 0.22 * flush, 1 - 0.2 * flush);
  if (skin.freckles > 0) {
    const dots = smoothstep(0.72, 0.85, smoothNoise(x * 42 + 90, y * 42 + 90, traits.texture + 2));
    const where = gaussian(y + 0.16, 0.17) * smoothstep(0.62, 0.3, side);
    paint.tint(
      1 - 0.3 * dots * where * skin.freckles,
      1 - 0.45 * dots * where * skin.freckles,
      1 - 0.5 * dots * where * skin.freckles,
    );
  }
  for (const mole of skin.moles) {
    paint.over(
      [0.09, 0.04, 0.025],
      0.8 * smoothstep(mole.radius * 1.2, mole.radius * 0.6, distanceOf(x - mole.x, y - mole.y)),
    );
  }
  paintWrinkles(paint, traits, side, y);
  paintBeard(paint, traits, x, y);
  paintNostrils(paint, traits, side, y);
  paintLips(paint, traits, x, y);
  paintEye(paint, traits, expression, x, y);
  paintBrow(paint, traits, expression, x, y);
  if (traits.glasses) paintGlasses(paint, traits, traits.glasses, side, y);
}

function paintWrinkles(paint: Paint, traits: FaceTraits, side: number, y: number): void {
  const age = Math.max(0, traits.age - 0.35);
  if (Math.abs(y - traits.eye.y + 0.105) < 0.12) {
    const under = gaussian(side - traits.eye.x + 0.02, 0.09) * gaussian(y - traits.eye.y + 0.105, 0.03);
    const bags = under * traits.eye.bags;
    paint.tint(1 - 0.2 * bags, 1 - 0.26 * bags, 1 - 0.2 * bags);
  }
  if (age <= 0) return;
  const forehead = y > 0.2 && y < 0.7 && side < 0.4;
  const temple = side > traits.eye.x + traits.eye.halfWidth - 0.1 && Math.abs(y - traits.eye.y) < 0.25;
  if (!forehead && !temple) return;
  const lines =
    Math.sin((y + 0.05 * side * side) * 75) ** 8 * gaussian(y - 0.45, 0.06) * smoothstep(0.4, 0.2, side);
  const feet =
    Math.sin((y - traits.eye.y) * 95 + side * 30) ** 6 *
    gaussian(side - traits.eye.x - traits.eye.halfWidth - 0.07, 0.035) *
    gaussian(y - traits.eye.y, 0.06);
  paint.open *= 1 - 0.45 * age * (lines + feet);
}

function paintBeard(paint: Paint, traits: FaceTraits, x: number, y: number): void {
  const { beard, mouth, nose, head } = traits;
  if (y > -0.15 || beard.moustache + beard.chin + beard.cheeks === 0) return;
  const side = Math.abs(x);
  const lip = mouth.y + mouth.upper;
  const moustache =
    gaussian(y - (lip + 0.035), 0.035) *
    smoothstep(mouth.halfWidth * 1.25, mouth.halfWidth * 0.9, side) *
    smoothstep(nose.tipY - 0.03, nose.tipY - 0.09, y);
  const chin =
    smoothstep(mouth.y - mouth.lower - 0.03, mouth.y - mouth.lower - 0.09, y) * smoothstep(0.36, 0.22, side) +
    gaussian(side - mouth.halfWidth * 1.15, 0.04) * smoothstep(mouth.y + 0.1, mouth.y, y);
  const upperEdge = -0.28 - 0.32 * smoothstep(head.width * 0.95, 0.18, side);
  const cheeks =
    smoothstep(upperEdge + 0.06, upperEdge - 0.06, y) * smoothstep(0.12, 0.24, side + (y < -0.75 ? 0.3 : 0));
  const cover = Math.max(
    beard.moustache * moustache * 1.5,
    beard.chin * Math.min(1, chin),
    beard.cheeks * cheeks,
  );
  const hairs = 0.65 + 0.7 * smoothNoise(x * 95 + 300, y * 38 + 300, traits.texture + 3);
  paint.over(beard.colour, Math.min(0.95, cover * hairs));
  paint.shine *= 1 - 0.8 * Math.min(1, cover);
}

function paintNostrils(paint: Paint, traits: FaceTraits, side: number, y: number): void {
  const { nose } = traits;
  if (Math.abs(y - nose.tipY) > 0.15 || side > nose.wings + 0.12) return;
  const hole = distanceOf(
    (side - nose.wings * 0.55) / 0.034,
    (y - nose.tipY + 0.062 - 0.012 * nose.upturn) / 0.017,
  );
  paint.open *= 1 - 0.85 * smoothstep(1.25, 0.6, hole);
  const crease =
    gaussian(distanceOf((side - nose.wings) / 1, (y - nose.tipY + 0.01) / 1.1) - 0.047, 0.011) *
    smoothstep(nose.wings, nose.wings + 0.025, side);
  paint.open *= 1 - 0.4 * crease;
}

/** At rest, where the lips lie on each other: the gap between them is another surface. */
function paintLips(paint: Paint, traits: FaceTraits, x: number, y: number): void {
  const { mouth } = traits;
  const along = Math.abs(x) / mouth.halfWidth;
  if (along > 1.2 || Math.abs(y - mouth.y) > 0.2) return;
  const inside = Math.max(0, 1 - along * along);
  const line = lipLine(traits, x);
  const bow = mouth.bow * (0.5 * gaussian(along - 0.22, 0.14) - 0.5 * gaussian(along, 0.09));
  const top = line + mouth.upper * (Math.sqrt(inside) * 0.95 + bow * inside);
  const bottom = line - mouth.lower * inside ** 0.6;
  const soft = 0.008;
  const lips =
    smoothstep(top + soft, top - soft, y) *
    smoothstep(bottom - soft, bottom + soft, y) *
    smoothstep(1.04, 0.96, along);
  const striped = 0.92 + 0.16 * smoothNoise(x * 110 + 700, y * 14 + 700, traits.texture + 4);
  paint.over([mouth.colour[0] * striped, mouth.colour[1] * striped, mouth.colour[2] * striped], 0.85 * lips);
  paint.shine += 0.08 * lips;
  const meeting = gaussian(y - line, 0.0055) * smoothstep(1.06, 0.9, along);
  paint.over([0.06, 0.018, 0.016], 0.75 * meeting);
}

/** Radius of the eyeball: so far the iris goes with a radian. */
const EYEBALL = 0.11;

function paintEye(paint: Paint, traits: FaceTraits, expression: Expression, x: number, y: number): void {
  const { eye } = traits;
  const outward = Math.abs(x) - eye.x;
  if (Math.abs(outward) > eye.halfWidth * 1.9 || Math.abs(y - eye.y) > 0.26) return;
  // The eye's own axes: along from the inner corner (-1) to the outer (1), tilted up to the outside.
  const along = outward / eye.halfWidth;
  const up = y - eye.y - eye.tilt * outward;
  const arc = Math.max(0, 1 - along * along);
  const openness = eye.open * expression.eyesOpen;
  const upper = openness * arc ** 0.6 * (1 - 0.12 * along);
  const lower = -openness * 0.62 * arc ** 0.75;
  const soft = 0.006;
  const within =
    smoothstep(upper + soft, upper - soft, up) *
    smoothstep(lower - soft, lower + soft, up) *
    smoothstep(1.02, 0.97, Math.abs(along));
  if (within > 0) {
    const shade = 0.92 - 0.35 * along * along - 0.45 * smoothstep(upper - 0.05, upper, up);
    const corner = smoothstep(-0.75, -1, along);
    const white: Colour = [
      0.66 * shade + 0.15 * corner,
      0.61 * shade - 0.12 * corner,
      0.58 * shade - 0.1 * corner,
    ];
    paint.over(white, within);
    const radius = 0.057;
    const [asideOfIris, aboveIris] = [
      outward - Math.sign(x) * EYEBALL * expression.gaze[0],
      up - 0.004 - EYEBALL * expression.gaze[1],
    ];
    const distance = distanceOf(asideOfIris, aboveIris) / radius;
    if (distance < 1.15) {
      const angle = Math.atan2(aboveIris, asideOfIris);
      const rays = 0.75 + 0.5 * smoothNoise(angle * 7 + 40, distance * 2 + 9, traits.texture + 5);
      const lit = 0.8 + 0.5 * smoothstep(0.03, -0.04, up);
      const cover = within * smoothstep(1.08, 0.96, distance);
      paint.over([eye.iris[0] * rays * lit, eye.iris[1] * rays * lit, eye.iris[2] * rays * lit], cover);
      paint.over(
        [0.01, 0.008, 0.008],
        cover * (0.75 * smoothstep(0.82, 1, distance) + smoothstep(0.46, 0.38, distance)),
      );
      paint.over(
        [1, 1, 1],
        within * smoothstep(0.016, 0.009, distanceOf(x - (Math.sign(x) * eye.x - 0.018), up - 0.02)),
      );
    }
    paint.shine *= 1 - within;
  }
  const lidShadow = gaussian(up - upper, 0.009 + 0.004 * eye.lashes) * smoothstep(1.12, 0.9, Math.abs(along));
  paint.over([0.02, 0.013, 0.01], Math.min(1, lidShadow * (0.55 + 0.4 * eye.lashes)));
  const lowerLine = gaussian(up - lower, 0.007) * smoothstep(1.05, 0.8, Math.abs(along));
  paint.over([0.09, 0.045, 0.035], 0.45 * lowerLine);
  const crease = eye.open * arc ** 0.5 * 1.02 + eye.crease - 0.02 * eye.hood * along;
  paint.open *=
    1 -
    0.42 *
      (1 - 0.6 * eye.hood) *
      gaussian(up - crease, 0.011) *
      smoothstep(1.35, 0.9, Math.abs(along - 0.05));
  paint.open *= 1 - 0.16 * gaussian(along, 1) * gaussian(up - 0.06, 0.06) * (1 - within);
}

function paintBrow(paint: Paint, traits: FaceTraits, expression: Expression, x: number, y: number): void {
  const { brow, eye, hair } = traits;
  const outward = Math.abs(x) - eye.x - 0.015;
  const along = outward / brow.halfLength;
  if (Math.abs(along) > 1.25) return;
  const arch = brow.arch * (1 - (along - 0.25) ** 2);
  const centre = eye.y + brow.height + arch + brow.tilt * outward + 0.04 * expression.browRaise;
  const thick = brow.thickness * (1 - 0.55 * smoothstep(0, 1.1, along));
  const ends = smoothstep(-1.12, -0.8, along) * smoothstep(1.12, 0.7, along);
  const cover = smoothstep(1.25, 0.55, Math.abs(y - centre) / thick) * ends;
  if (cover <= 0) return;
  const hairs =
    0.55 + 0.7 * smoothNoise(x * 75 + y * 60 * Math.sign(x) + 900, y * 30 - x * 20 + 900, traits.texture + 6);
  const colour: Colour = [hair.colour[0] * 0.6, hair.colour[1] * 0.55, hair.colour[2] * 0.55];
  paint.over(colour, cover * hairs * brow.density);
  paint.shine *= 1 - cover;
}

function paintGlasses(
  paint: Paint,
  traits: FaceTraits,
  glasses: NonNullable<FaceTraits['glasses']>,
  side: number,
  y: number,
): void {
  if (Math.abs(y - traits.eye.y) > glasses.radius + 0.12) return;
  const dx = Math.abs(side - traits.eye.x - 0.012) / glasses.radius;
  const dy = Math.abs(y - traits.eye.y + 0.015) / (glasses.radius * 0.82);
  const n = glasses.roundness;
  // The ring of a lens lies between the circle in it and the square around it.
  const ring = dx * dx + dy * dy < 0.3 ? 0 : (dx ** n + dy ** n) ** (1 / n);
  const width = glasses.rim / glasses.radius;
  const rim = smoothstep(width * 1.15, width * 0.75, Math.abs(ring - 1));
  const bridge =
    side < traits.eye.x - glasses.radius + 0.03
      ? smoothstep(glasses.rim * 1.2, glasses.rim * 0.8, Math.abs(y - traits.eye.y - 0.035))
      : 0;
  const temple =
    side > traits.eye.x + glasses.radius
      ? smoothstep(glasses.rim * 1.2, glasses.rim * 0.8, Math.abs(y - traits.eye.y - 0.03))
      : 0;
  const cover = Math.max(rim, bridge, temple);
  paint.over(glasses.colour, cover);
  if (cover > 0.5) paint.shine = 0.4;
  paint.open *= 1 - 0.18 * smoothstep(width * 5, width * 1.2, Math.abs(ring - 1)) * (1 - cover);
}

export function paintHair(paint: Paint, traits: FaceTraits, x: number, y: number, z: number): void {
  const { hair } = traits;
  const flow = hair.style === 'long' ? Math.atan2(x, z + 0.3) * 26 : x * 34 + z * 10;
  const strands = smoothNoise(
    flow + 3 * hair.curl * Math.sin(y * 9),
    y * (2.5 + 9 * hair.curl) + 40,
    traits.texture + 7,
  );
  const fine = smoothNoise(flow * 3.7 + 100, y * 7 + 100, traits.texture + 8);
  const tone = 0.55 + 0.65 * strands + 0.35 * fine;
  paint.fill([hair.colour[0] * tone, hair.colour[1] * tone, hair.colour[2] * tone], 0.05 + 0.1 * strands);
}
