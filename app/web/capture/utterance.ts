import { levelOf } from './levels.ts';

/** Quieter than this nobody speaks, and louder than that the room is not. */
const QUIETEST_SPEECH = -46;
const LOUDEST_ROOM = -26;
/** So much louder than the room is speech. */
const ABOVE_THE_ROOM = 9;

const LEAD_IN_SECONDS = 0.3;
/** Who was silent for so long has said it all; between digits nobody waits as long. */
const END_SECONDS = 1.1;
const SHORTEST_SECONDS = 2;

/** Decibels above which a block is speech, in a room whose latest levels are these. */
export function speechThreshold(levels: readonly number[]): number {
  const room = [...levels].sort((a, b) => a - b)[Math.floor(levels.length / 5)] ?? -100;
  return Math.min(LOUDEST_ROOM, Math.max(QUIETEST_SPEECH, room + ABOVE_THE_ROOM));
}

/** Gathers what somebody says, from just before the first word to just after the last, as blocks of samples come in. */
export class Utterance {
  private readonly options: { rate: number; seconds: number; threshold: number };
  private readonly blocks: Float32Array[] = [];
  private held = 0;
  private quiet = 0;
  private speaking = false;

  /** `seconds`: at most. `threshold`: decibels above which a block is speech. */
  constructor(options: { rate: number; seconds: number; threshold: number }) {
    this.options = options;
  }

  add(block: Float32Array): 'waiting' | 'speaking' | 'over' {
    const { rate, seconds, threshold } = this.options;
    const loud = levelOf(block).decibels > threshold;
    this.blocks.push(block);
    this.held += block.length;
    this.speaking ||= loud;
    if (!this.speaking) {
      while (this.held - (this.blocks[0]?.length ?? 0) > LEAD_IN_SECONDS * rate)
        this.held -= this.blocks.shift()?.length ?? 0;
      return 'waiting';
    }
    this.quiet = loud ? 0 : this.quiet + block.length;
    const ended = this.quiet >= END_SECONDS * rate && this.held >= SHORTEST_SECONDS * rate;
    return ended || this.held >= Math.round(seconds * rate) ? 'over' : 'speaking';
  }

  /** Milliseconds that were gathered, what is cut off at the end included. */
  get milliseconds(): number {
    return (this.held / this.options.rate) * 1000;
  }

  samples(): Float32Array {
    const whole = new Float32Array(Math.min(this.held, Math.round(this.options.seconds * this.options.rate)));
    let at = 0;
    for (const block of this.blocks) {
      whole.set(block.subarray(0, whole.length - at), at);
      at += Math.min(block.length, whole.length - at);
    }
    return whole;
  }
}
