import type { Turn } from '../signals/head.ts';
import { coarse } from './coarse.ts';
import type { Condition } from './condition.ts';
import { encoded, photograph, render, sensed } from './face/camera.ts';
import { closedMouth } from './face/expression.ts';
import { drawShot, type Shot } from './face/shot.ts';
import { type Moment, Performance, planTurns } from './performance.ts';
import type { SyntheticPerson } from './person.ts';
import type { PictureStore } from './picture-store.ts';
import { Random } from './random.ts';
import { articulate } from './voice/articulation.ts';
import { recordVoice } from './voice/microphone.ts';
import type { Language } from './voice/phonemes.ts';
import { sampleRate, speakSeen } from './voice/speak.ts';
import { wav } from './wav.ts';

/** Pictures and when they were taken, in milliseconds. */
export interface Film {
  readonly frames: readonly Uint8Array[];
  readonly times: readonly number[];
}

/** The answer to a challenge, as a browser records it: times are from the beginning of the voice's recording. */
export interface FilmedAnswer extends Film {
  readonly voice: Uint8Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface SittingOptions {
  /** Of the pictures of a film; the page sends 240 x 320. */
  readonly size?: Size;
  /** Milliseconds between two pictures, before the speech and during it, as the page takes them. */
  readonly every?: { readonly before: number; readonly during: number };
  /** Where rendered looks are kept and found again: a film then takes a tenth of the time, and moves in steps. */
  readonly pictures?: PictureStore | undefined;
}

const PAGE = { size: { width: 240, height: 320 }, every: { before: 240, during: 120 } };
const STILL: Size = { width: 360, height: 480 };
/** Half the head's height as a share of the picture's: a face that fills the page's oval. */
const CLOSE = 0.33;

const MOST_FRAMES = 60;
/** Milliseconds of somebody who is asked for nothing but to look into the camera. */
const SHORTEST = 2600;

/** A person before a camera for a while: one light, one wall, one way to hold the head. Equal sessions and takes give equal films. */
export class Sitting {
  readonly #person: SyntheticPerson;
  readonly #session: number;
  readonly #shot: Shot;
  readonly #options: Required<Omit<SittingOptions, 'pictures'>> & Pick<SittingOptions, 'pictures'>;
  /** Milliseconds by which the camera is late. */
  readonly #late: number;

  constructor(person: SyntheticPerson, session: number, options: SittingOptions = {}) {
    this.#person = person;
    this.#session = session;
    this.#options = { ...PAGE, ...options };
    const random = new Random('sitting', person.seed, person.index, session);
    const drawn = drawShot(random);
    this.#late = random.between(10, 60);
    this.#shot = {
      ...drawn,
      size: CLOSE * random.between(0.92, 1.08),
      expression: {
        ...drawn.expression,
        mouth: closedMouth,
        eyesOpen: 1,
        smile: 0.5 * drawn.expression.smile,
      },
      pose: { yaw: drawn.pose.yaw * 0.25, pitch: drawn.pose.pitch * 0.4, roll: drawn.pose.roll * 0.4 },
    };
  }

  /** The person turns the head, looks straight again and says the digits. */
  async answer(
    digits: string,
    asked: {
      readonly turn: Turn | null;
      /** Another take, another way to do the same. */
      readonly take: number;
      readonly language?: Language | undefined;
      readonly conditions?: readonly Condition[];
    },
  ): Promise<FilmedAnswer> {
    const random = this.#random('answer', asked.take, digits);
    const { sound, articulation } = this.#person;
    const { samples, sounds } = speakSeen(sound, digits, random, asked.language);
    const voice = wav(recordVoice(samples, random, asked.conditions ?? []), sampleRate);
    const mouth = articulate(sounds, articulation, random);
    const { turns, lasts } = planTurns(asked.turn ? [asked.turn] : [], random);
    const from = -lasts - random.between(300, 800);
    const to = (samples.length * 1000) / sampleRate;
    const late = turns.map((turn) => ({ ...turn, begins: turn.begins + from }));
    const performance = new Performance(this.#shot, { from, to, turns: late, mouth }, random);
    return { voice, ...(await this.#film(performance, { from, to }, random)) };
  }

  /** The person turns the head to each side that is asked for; times are from the first picture. */
  async turns(sides: readonly Turn[], { take }: { take: number }): Promise<Film> {
    const random = this.#random('turns', take, sides.join());
    const { turns, lasts } = planTurns(sides, random);
    const to = Math.max(lasts, SHORTEST);
    const performance = new Performance(this.#shot, { from: 0, to, turns, mouth: [] }, random);
    const film = await this.#film(performance, { from: 0, to }, random);
    const [first = 0] = film.times;
    return { frames: film.frames, times: film.times.map((time) => time - first) };
  }

  /** A larger picture: `yaw` in radians to the person's left. */
  async photograph({
    take,
    yaw = 0,
    size = STILL,
  }: {
    take: number;
    yaw?: number;
    size?: Size;
  }): Promise<Uint8Array> {
    const random = this.#random('photograph', take, yaw);
    const still = new Performance(this.#shot, { from: 0, to: 0, turns: [], mouth: [] }, random);
    const moment = still.at(random.between(0, 10_000));
    return this.#picture({ ...moment, pose: { ...moment.pose, yaw: moment.pose.yaw + yaw } }, size, random);
  }

  async #film(
    performance: Performance,
    { from, to }: { from: number; to: number },
    random: Random,
  ): Promise<Film> {
    const { size } = this.#options;
    // A browser sends so many at most.
    const apart = (to - Math.max(from, 0)) / MOST_FRAMES;
    const every = { before: this.#options.every.before, during: Math.max(apart, this.#options.every.during) };
    const times: number[] = [];
    const frames: Uint8Array[] = [];
    const next = (at: number) =>
      at < 0 ? Math.min(at + every.before, Math.max(0, at + every.during)) : at + every.during;
    for (let at = from; at < to; at = next(at)) {
      const time = Math.round(at + random.between(-10, 10));
      times.push(time);
      frames.push(await this.#picture(performance.at(time - this.#late), size, random));
    }
    return { frames, times };
  }

  async #picture(moment: Moment, size: Size, random: Random): Promise<Uint8Array> {
    const { pictures } = this.#options;
    const { look: traits, seed, index } = this.#person;
    if (!pictures) {
      const shot = { ...shotOf(this.#shot, moment), ...size };
      return photograph(traits, shot, random);
    }
    const { shift, ...seen } = coarse(moment);
    const shot = { ...shotOf(this.#shot, { ...seen, shift: [0, 0] }), ...size };
    const name = JSON.stringify([seed, index, this.#session, size, seen]);
    const picture = await pictures.picture(name, () => render(traits, shot));
    const pixels = [shift[0] * size.width, shift[1] * size.height] as const;
    return encoded(sensed(picture, { noise: shot.noise, shift: pixels }, random), shot);
  }

  #random(...labels: readonly (string | number)[]): Random {
    return new Random(this.#person.seed, this.#person.index, this.#session, ...labels);
  }
}

function shotOf(shot: Shot, { expression, pose, shift, nearer }: Moment): Shot {
  const [right, down] = shift;
  return {
    ...shot,
    expression,
    pose,
    size: shot.size * nearer,
    offset: [shot.offset[0] + right, shot.offset[1] + down],
  };
}
