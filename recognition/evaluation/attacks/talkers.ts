import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeAudio, join as joinAudio, SAMPLE_RATE } from '../../signals/audio.ts';
import { syntheticPerson } from '../../synthetic/person.ts';
import { Random } from '../../synthetic/random.ts';

/** Somebody who can say digits: for the enrolment, or later, `take` being how. Waveforms at 16 kHz. */
export interface Talker {
  readonly name: string;
  say(digits: string, take: { readonly enrolling: boolean; readonly take: number }): Promise<Float32Array>;
}

export function syntheticTalker(seed: number, index: number): Talker {
  const person = syntheticPerson(seed, index);
  return {
    name: person.name,
    say: (digits, { enrolling, take }) =>
      decodeAudio(person.utterance(digits, take + (enrolling ? 0 : 1000))),
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
    async say(digits, { enrolling, take }) {
      const random = new Random('recorded', name, digits, Number(enrolling), take);
      const parts: Float32Array[] = [];
      for (const digit of digits) {
        const all = spoken[Number(digit)] ?? [];
        const middle = all.length >> 1;
        const usable = enrolling ? all.slice(0, middle) : all.slice(middle);
        const file = usable[random.below(usable.length)];
        if (!file) continue;
        const word = withoutSilence(await decodeAudio(new Uint8Array(await readFile(file))));
        parts.push(word, pauseLike(word, random));
      }
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

function pauseLike(word: Float32Array, random: Random): Float32Array {
  const peak = word.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return Float32Array.from({ length: Math.round(random.between(0.02, 0.25) * SAMPLE_RATE) }, () =>
    random.normal(0, 1e-3 * peak),
  );
}
