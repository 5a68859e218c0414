import { digestOf } from '@visavox/core/digest';
import { encodeSafetensors } from '../safetensors.ts';

/** What somebody says in a recording: 16 kHz mono, -1..1, without the silence around it. */
export interface SpokenRecording {
  readonly person: string;
  /** Whether it may be learned from; the others decide when to stop, and whether anything was gained. */
  readonly heard: boolean;
  /** Orders recordings, so that the same ones are the same file. */
  readonly key: string;
  readonly waveform: Float32Array;
}

/** Of one person; more of them add little. */
export const MOST_EACH = 10;
const MOST_RECORDINGS = 2000;

/** The file that `visavox_training.fine_tuning` reads. */
export function recordingsFile(recordings: readonly SpokenRecording[]): Uint8Array {
  const byPerson = new Map<string, SpokenRecording[]>();
  for (const one of [...recordings].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const known = byPerson.get(one.person);
    if (!known) byPerson.set(one.person, [one]);
    else if (known.length < MOST_EACH) known.push(one);
  }
  const drawn = [...byPerson].sort(([a], [b]) => (drawOf(a) < drawOf(b) ? -1 : 1));
  const chosen = drawn.flatMap(([, own]) => own).slice(0, MOST_RECORDINGS);
  const samples = new Float32Array(chosen.reduce((sum, { waveform }) => sum + waveform.length, 0));
  let at = 0;
  for (const { waveform } of chosen) {
    samples.set(waveform, at);
    at += waveform.length;
  }
  const items = chosen.map(({ person, heard }) => ({ person, split: heard ? 'train' : 'validation' }));
  return encodeSafetensors(
    {
      samples: { shape: [samples.length], data: samples },
      lengths: { shape: [chosen.length], data: Uint32Array.from(chosen, ({ waveform }) => waveform.length) },
    },
    { items: JSON.stringify(items) },
  );
}

const drawOf = (person: string) => digestOf(`fine-tuning:${person}`);
