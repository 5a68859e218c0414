import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeAudio, join as joinAudio, SAMPLE_RATE } from '../../signals/audio.ts';
import { syntheticPerson } from '../../synthetic/person.ts';
import { Random } from '../../synthetic/random.ts';

/** How digits are said. */
export interface Take {
  /** At enrolment or at another time before: recordings have other repetitions for what is said later. */
  readonly before: boolean;
  readonly take: number;
}

/** Somebody who can say digits. Waveforms at 16 kHz. */
export interface Talker {
  readonly name: string;
  say(digits: string, take: Take): Promise<Float32Array>;
}

export function syntheticTalker(seed: number, index: number): Talker {
  const person = syntheticPerson(seed, index);
  return {
    name: person.name,
    say: (digits, { before, take }) => decodeAudio(person.utterance(digits, take + (before ? 0 : 1000))),
  };
}

/**
 * Speakers of `ROOT/voices/CORPUS/SPEAKER/dDIGIT_rREPETITION.flac` who said every digit twice or more, by corpus. The first half of
 * the repetitions enrols, the second half answers.
 */
export async function recordedTalkers(root: string): Promise<ReadonlyMap<string, readonly Talker[]>> {
  const found = new Map<string, Talker[]>();
  const voices = join(root, 'voices');
  for (const corpus of await folders(voices)) {
    for (const speaker of await folders(join(voices, corpus))) {
      const folder = join(voices, corpus, speaker);
      const files = (await readdir(folder)).filter((file) => /^d\d_r\d+\.(flac|wav)$/.test(file)).sort();
      const spoken = Array.from({ length: 10 }, (_, digit) =>
        files.filter((file) => file.startsWith(`d${digit}_`)).map((file) => join(folder, file)),
      );
      if (spoken.every((repetitions) => repetitions.length >= 2))
        found.set(corpus, [...(found.get(corpus) ?? []), recordedTalker(`${corpus}/${speaker}`, spoken)]);
    }
  }
  return found;
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}

function recordedTalker(name: string, spoken: readonly (readonly string[])[]): Talker {
  return {
    name,
    async say(digits, { before, take }) {
      const random = new Random('recorded', name, digits, Number(before), take);
      const parts: Float32Array[] = [];
      for (const [index, digit] of [...digits].entries()) {
        const all = spoken[Number(digit)] ?? [];
        const middle = all.length >> 1;
        const usable = before ? all.slice(0, middle) : all.slice(middle);
        const file = usable[random.below(usable.length)];
        if (!file) continue;
        const word = withoutSilence(await decodeAudio(new Uint8Array(await readFile(file))));
        const pause = index === 0 ? random.between(0.18, 0.32) : random.between(0.02, 0.25);
        parts.push(quiet(word, pause, random), word);
      }
      const last = parts.at(-1);
      if (last) parts.push(quiet(last, 0.25, random));
      return joinAudio(parts);
    },
  };
}

/** Said one after another, not one by one. */
function withoutSilence(word: Float32Array): Float32Array {
  const hop = SAMPLE_RATE / 100;
  const powers = Array.from({ length: Math.floor(word.length / hop) }, (_, frame) =>
    word.subarray(frame * hop, (frame + 1) * hop).reduce((sum, sample) => sum + sample * sample, 0),
  );
  const limit = Math.max(...powers) * 1e-3;
  const first = powers.findIndex((power) => power > limit);
  const last = powers.findLastIndex((power) => power > limit);
  return word.slice(Math.max(0, first - 2) * hop, (last + 3) * hop);
}

function quiet(word: Float32Array, seconds: number, random: Random): Float32Array {
  const peak = word.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, () =>
    random.normal(0, 1e-3 * peak),
  );
}
