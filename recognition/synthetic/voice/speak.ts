import type { Random } from '../random.ts';
import type { SpokenSound } from './articulation.ts';
import { type Language, pronounce, type Segment } from './phonemes.ts';
import { Band, Resonator } from './tract.ts';
import type { VoiceTraits } from './traits.ts';

export const sampleRate = 16_000;
/** Samples between two settings of the tract: 5 ms. */
const hop = 80;

/** The tract's settings every 5 ms. */
interface Tracks {
  readonly length: number;
  readonly formants: readonly Float32Array[];
  readonly voice: Float32Array;
  readonly breath: Float32Array;
  readonly hissLevel: Float32Array;
  readonly hissCentre: Float32Array;
  readonly hissWidth: Float32Array;
  readonly nasal: Float32Array;
  readonly pitch: Float32Array;
}

/** Says the digits; samples in -1..1 at 16 kHz. The same person never says them twice in quite the same way. */
export function speak(
  traits: VoiceTraits,
  digits: string,
  random: Random,
  language?: Language,
): Float32Array {
  return speakSeen(traits, digits, random, language).samples;
}

/** The same, with the sounds that the mouth makes. */
export function speakSeen(
  traits: VoiceTraits,
  digits: string,
  random: Random,
  language?: Language,
): { samples: Float32Array; sounds: readonly SpokenSound[] } {
  const { segments, tracks } = plan(traits, digits, random, language);
  return { samples: synthesise(tracks, traits, random), sounds: segments };
}

function plan(traits: VoiceTraits, digits: string, random: Random, language?: Language) {
  const tempo = traits.tempo * Math.exp(random.normal(0, 0.05));
  const silence = (milliseconds: number, like: Segment): Segment => ({
    name: 'pause',
    milliseconds,
    formants: like.formants,
    voice: 0,
  });
  const segments: Segment[] = [];
  const words: { start: number; end: number }[] = [];
  let milliseconds = 0;
  const add = (segment: Segment) => {
    segments.push(segment);
    milliseconds += segment.milliseconds;
  };
  for (const digit of digits) {
    const sounds = pronounce(digit, language);
    add(
      silence(words.length === 0 ? random.between(180, 320) : random.between(170, 430) / tempo, sounds[0]!),
    );
    const start = milliseconds;
    // Nobody says a word twice in the same way: quicker or slower, with more or less care.
    const pace = Math.exp(random.normal(0, 0.07));
    const care = Math.exp(random.normal(0, 0.06));
    for (const sound of sounds) {
      const accent = traits.accent(sound.name);
      const length = (sound.milliseconds * accent.length * Math.exp(random.normal(0, 0.12)) * pace) / tempo;
      const [first, second, third] = sound.formants;
      add({
        ...sound,
        milliseconds: length,
        formants: [
          reduced(first, 500, care) * accent.first * Math.exp(random.normal(0, 0.012)),
          reduced(second, 1500, care) * accent.second * Math.exp(random.normal(0, 0.012)),
          reduced(third, 2500, care),
        ],
      });
    }
    words.push({ start, end: milliseconds });
  }
  add(silence(random.between(250, 350), segments.at(-1) ?? pronounce('0')[0]!));
  return { segments, tracks: tracksOf(segments, words, milliseconds, traits, random) };
}

/** Running speech does not reach its targets: it stays nearer to the neutral tract. */
function reduced(target: number, neutral: number, care: number): number {
  return neutral * (target / neutral) ** (0.6 * care);
}

function tracksOf(
  segments: readonly Segment[],
  words: readonly { start: number; end: number }[],
  milliseconds: number,
  traits: VoiceTraits,
  random: Random,
): Tracks {
  const length = Math.ceil(milliseconds / 5);
  const track = () => new Float32Array(length);
  const tracks: Tracks = {
    length,
    formants: [track(), track(), track()],
    voice: track(),
    breath: track(),
    hissLevel: track(),
    hissCentre: track(),
    hissWidth: track(),
    nasal: track(),
    pitch: track(),
  };
  let at = 0;
  let ends = 0;
  for (const [index, segment] of segments.entries()) {
    ends += segment.milliseconds / 5;
    // The last one lasts to the end, however the lengths were rounded.
    const until = index === segments.length - 1 ? length : Math.min(length, Math.round(ends));
    for (; at < until; at++) {
      segment.formants.forEach((formant, which) => {
        tracks.formants[which]![at] = formant * traits.formantScale * (traits.formantShape[which] ?? 1);
      });
      tracks.voice[at] = segment.voice;
      tracks.breath[at] = segment.breath ?? 0;
      tracks.hissLevel[at] = segment.hiss?.level ?? 0;
      tracks.hissCentre[at] = (segment.hiss?.centre ?? 5000) * traits.hiss;
      tracks.hissWidth[at] = segment.hiss?.width ?? 3000;
      tracks.nasal[at] = segment.nasal ?? (segment.voice === 1 ? traits.nasality * 0.4 : 0);
    }
  }
  for (const formant of tracks.formants) smooth(formant, 7);
  smooth(tracks.voice, 3);
  smooth(tracks.breath, 2);
  smooth(tracks.hissLevel, 2);
  smooth(tracks.nasal, 4);
  setPitch(tracks.pitch, words, traits, random);
  return tracks;
}

/** Each word has its fall, the last one the deepest; a slow wander over all. */
function setPitch(
  pitch: Float32Array,
  words: readonly { start: number; end: number }[],
  traits: VoiceTraits,
  random: Random,
): void {
  const mood = random.normal(0, 0.25);
  const accents = words.map(() => traits.melody * random.between(0.5, 1.4));
  const phase = random.between(0, 6);
  for (let at = 0; at < pitch.length; at++) {
    const time = at * 5;
    const index = Math.max(
      0,
      words.findLastIndex((word) => word.start <= time),
    );
    const word = words[index]!;
    const along = Math.max(0, Math.min(1, (time - word.start) / (word.end - word.start)));
    const last = index === words.length - 1;
    const semitones =
      mood +
      0.25 * Math.sin(time / 210 + phase) +
      accents[index]! * (last ? 0.5 - 1.5 * along : Math.sin(Math.PI * (0.2 + 0.8 * along)) - 0.4);
    pitch[at] = traits.pitch * 2 ** (semitones / 12);
  }
  smooth(pitch, 8);
}

/** Three box filters: nearly a Gaussian over `radius` frames on either side. */
function smooth(values: Float32Array, radius: number): void {
  for (let pass = 0; pass < 3; pass++) {
    const source = Float32Array.from(values);
    const reach = Math.max(1, Math.round(radius / 2));
    for (let at = 0; at < values.length; at++) {
      let sum = 0;
      for (let near = -reach; near <= reach; near++) {
        sum += source[Math.max(0, Math.min(values.length - 1, at + near))]!;
      }
      values[at] = sum / (2 * reach + 1);
    }
  }
}

const upperFormants = [3500, 4500, 5600];
const bandwidths = [65, 90, 130, 220, 320, 420];

function synthesise(tracks: Tracks, traits: VoiceTraits, random: Random): Float32Array {
  const samples = new Float32Array(tracks.length * hop);
  const tract = bandwidths.map(() => new Resonator(sampleRate));
  upperFormants.forEach((formant, index) => {
    const shape = traits.formantShape[index + 3] ?? 1;
    tract[index + 3]!.tune(
      Math.min(7200, formant * traits.formantScale * shape),
      bandwidths[index + 3]! * traits.damping,
    );
  });
  const nose = new Resonator(sampleRate);
  nose.tune(traits.nose, 110);
  const narrowing = new Band(sampleRate);
  const timbre = traits.timbre.map(({ centre, width, gain }) => {
    const band = new Band(sampleRate);
    band.tune(centre, width);
    return { band, gain };
  });
  const glottis = new Glottis(traits, random);
  let radiated = 0;
  for (let frame = 0; frame < tracks.length; frame++) {
    const nasal = tracks.nasal[frame]!;
    for (let formant = 0; formant < 3; formant++) {
      const wide = bandwidths[formant]! * traits.damping * (1 + nasal * (formant === 0 ? 0.8 : 1.5));
      tract[formant]!.tune(Math.min(7000, tracks.formants[formant]![frame]!), wide);
    }
    narrowing.tune(Math.min(7400, tracks.hissCentre[frame]!), tracks.hissWidth[frame]!);
    const voice = tracks.voice[frame]!;
    for (let sample = 0; sample < hop; sample++) {
      const white = random.next() * 2 - 1;
      const source = glottis.next(tracks.pitch[frame]!, voice, white) + tracks.breath[frame]! * white;
      let flow = source;
      for (const resonator of tract) flow = resonator.next(flow);
      const plain = flow;
      for (const { band, gain } of timbre) flow += gain * band.next(plain);
      const throughNose = nose.next(source);
      const hiss = narrowing.next(random.next() * 2 - 1) * tracks.hissLevel[frame]!;
      const pressure = flow * (1 - 0.55 * nasal) + throughNose * 0.9 * nasal;
      // Lips radiate the change of the flow; the pulse is a derivative already, so only a little more.
      samples[frame * hop + sample] = pressure - 0.35 * radiated + hiss;
      radiated = pressure;
    }
  }
  return samples;
}

/** Rosenberg's pulse, differentiated, with jitter, shimmer, tilt and breath in the open phase. */
class Glottis {
  readonly #traits: VoiceTraits;
  readonly #random: Random;
  #phase = 1;
  #period = 1;
  #level = 1;
  #tilted = 0;

  constructor(traits: VoiceTraits, random: Random) {
    this.#traits = traits;
    this.#random = random;
  }

  next(pitch: number, level: number, white: number): number {
    const { openQuotient, tilt, breathiness, jitter, shimmer } = this.#traits;
    this.#phase += this.#period;
    if (this.#phase >= 1) {
      this.#phase -= Math.floor(this.#phase);
      this.#period = (pitch / sampleRate) * (1 + this.#random.normal(0, jitter));
      this.#level = 1 + this.#random.normal(0, shimmer);
    }
    const opening = openQuotient * 0.7;
    const closing = openQuotient - opening;
    let pulse = 0;
    let open = 0.3;
    if (this.#phase < opening) {
      pulse = 0.5 * (Math.PI / opening) * Math.sin((Math.PI * this.#phase) / opening);
      open = 0.5 - 0.5 * Math.cos((Math.PI * this.#phase) / opening);
    } else if (this.#phase < openQuotient) {
      const along = (this.#phase - opening) / closing;
      pulse = -(Math.PI / (2 * closing)) * Math.sin((Math.PI * along) / 2);
      open = Math.cos((Math.PI * along) / 2);
    }
    const voiced = pulse * 0.08 * this.#level + breathiness * white * (0.3 + open) * 1.5;
    this.#tilted = voiced * (1 - tilt) + this.#tilted * tilt;
    return this.#tilted * level;
  }
}
