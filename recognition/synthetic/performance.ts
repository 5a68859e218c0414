import type { Turn } from '../signals/head.ts';
import { closedMouth, type Expression, type MouthShape } from './face/expression.ts';
import type { Pose } from './face/raster.ts';
import type { Random } from './random.ts';
import { MOUTH_STEP } from './voice/articulation.ts';

/** What a head does at a moment. */
export interface Moment {
  readonly expression: Expression;
  readonly pose: Pose;
  /** Where the head is, right and down, in parts of the picture's width and height; and how much nearer than usual. */
  readonly shift: readonly [number, number];
  readonly nearer: number;
}

/** One turn of the head, in milliseconds and radians. */
interface TurnOfHead {
  readonly side: Turn;
  readonly begins: number;
  readonly out: number;
  readonly held: number;
  readonly back: number;
  readonly far: number;
  /** What the head dips or rises meanwhile. */
  readonly pitch: number;
}

const degrees = Math.PI / 180;
/** A real blink: lids go down twice as fast as up. */
const BLINK = { down: 80, shut: 50, up: 170 } as const;

/** So far people turn when they are asked to, in degrees. */
const FAR = [24, 38] as const;

/** Turns that somebody is asked for one after the other: notices, turns, stays so for a moment, looks back. */
export function planTurns(sides: readonly Turn[], random: Random): { turns: TurnOfHead[]; lasts: number } {
  const turns: TurnOfHead[] = [];
  let at = 0;
  for (const side of sides) {
    const turn: TurnOfHead = {
      side,
      begins: at + random.between(350, 700),
      out: random.between(600, 950),
      held: random.between(350, 800),
      back: random.between(550, 800),
      far: random.between(...FAR) * degrees,
      pitch: random.normal(0, 2.5) * degrees,
    };
    turns.push(turn);
    at = turn.begins + turn.out + turn.held + turn.back + random.between(200, 500);
  }
  return { turns, lasts: at };
}

/**
 * Somebody before a camera from `from` to `to` milliseconds: turns the head, speaks, and never is quite still.
 * `mouth`: every {@link MOUTH_STEP} from 0.
 */
export class Performance {
  readonly #turns: readonly TurnOfHead[];
  readonly #mouth: readonly MouthShape[];
  readonly #rest: { readonly expression: Expression; readonly pose: Pose };
  readonly #waves: Readonly<Record<'yaw' | 'pitch' | 'roll' | 'x' | 'y' | 'near', Wave>>;
  readonly #blinks: readonly number[];

  constructor(
    rest: { expression: Expression; pose: Pose },
    acts: { from: number; to: number; turns: readonly TurnOfHead[]; mouth: readonly MouthShape[] },
    random: Random,
  ) {
    this.#rest = rest;
    this.#turns = acts.turns;
    this.#mouth = acts.mouth;
    this.#waves = {
      yaw: new Wave(random, 1.2 * degrees),
      pitch: new Wave(random, 1.1 * degrees),
      roll: new Wave(random, 0.7 * degrees),
      x: new Wave(random, 0.005),
      y: new Wave(random, 0.004),
      near: new Wave(random, 0.008),
    };
    const blinks: number[] = [];
    for (let at = acts.from + random.between(200, 2500); at < acts.to; at += random.between(1200, 4500))
      blinks.push(at);
    this.#blinks = blinks;
  }

  at(time: number): Moment {
    const waves = this.#waves;
    const mouth =
      this.#mouth[Math.max(0, Math.floor(time / MOUTH_STEP))] ?? this.#mouth.at(-1) ?? closedMouth;
    const { yaw, pitch } = this.#turned(time);
    const effort = mouth.jaw;
    return {
      expression: {
        ...this.#rest.expression,
        mouth,
        eyesOpen: this.#rest.expression.eyesOpen * this.#lids(time),
        browRaise: this.#rest.expression.browRaise + 0.25 * effort,
        // Who turns the head goes on looking at the screen, as far as eyes go.
        gaze: [Math.max(-0.4, Math.min(0.4, -0.8 * yaw)), 0],
      },
      pose: {
        yaw: this.#rest.pose.yaw + yaw + waves.yaw.at(time),
        pitch: this.#rest.pose.pitch + pitch + waves.pitch.at(time) + 0.8 * degrees * effort,
        roll: this.#rest.pose.roll + waves.roll.at(time) + 0.08 * yaw,
      },
      // The neck is behind the face: who turns the head moves it a little as well.
      shift: [waves.x.at(time) + 0.03 * yaw, waves.y.at(time)],
      nearer: 1 + waves.near.at(time),
    };
  }

  #turned(time: number): { yaw: number; pitch: number } {
    for (const { side, begins, out, held, back, far, pitch } of this.#turns) {
      const since = time - begins;
      if (since < 0 || since > out + held + back) continue;
      const along = ease(since < out ? since / out : Math.min(1, (out + held + back - since) / back));
      return { yaw: (side === 'left' ? 1 : -1) * far * along, pitch: pitch * along };
    }
    return { yaw: 0, pitch: 0 };
  }

  #lids(time: number): number {
    const { down, shut, up } = BLINK;
    for (const begins of this.#blinks) {
      const since = time - begins;
      if (since < 0 || since > down + shut + up) continue;
      if (since < down) return 1 - ease(since / down);
      return since < down + shut ? 0 : ease((since - down - shut) / up);
    }
    return 1;
  }
}

/** Slow and never the same: three waves of unlike length. */
class Wave {
  readonly #parts: readonly { readonly size: number; readonly length: number; readonly phase: number }[];

  constructor(random: Random, size: number) {
    this.#parts = [2600, 1300, 620].map((length, index) => ({
      size: (size * random.between(0.6, 1.3)) / (index + 1.4),
      length: (length * random.between(0.8, 1.25)) / (2 * Math.PI),
      phase: random.between(0, 6.3),
    }));
  }

  at(time: number): number {
    return this.#parts.reduce(
      (sum, { size, length, phase }) => sum + size * Math.sin(time / length + phase),
      0,
    );
  }
}

function ease(along: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.max(0, Math.min(1, along)));
}
