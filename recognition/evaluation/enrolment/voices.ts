import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digitsWereSaid } from '../../enrolment/digits-said.ts';
import { isOnePerson, type OneRecording, unlikeness } from '../../enrolment/one-person.ts';
import { type Recogniser, secondsOf } from '../../recogniser.ts';
import { decodeAudio, SAMPLE_RATE } from '../../signals/audio.ts';
import { isCaptureFault } from '../../signals/capture-fault.ts';
import type { Sounds } from '../../signals/challenge-sounds.ts';
import { Random } from '../../synthetic/random.ts';
import type { Talker } from '../attacks/talkers.ts';
import { recordedTalkers, syntheticTalker } from '../attacks/talkers.ts';
import type { EnrolmentTrial } from './trial.ts';

const synthetic = { seed: 91_000, people: 6 };
const rounds = 4;
/** Corpora of whole utterances, in which nobody says digits. */
const sentenceCorpora = ['librispeech', 'urdu', 'librispeech_single'];

interface Heard extends OneRecording {
  readonly sounds: Sounds;
}

/** Three utterances that say what an enrolment asks for: all ten digits, and five of them again. */
export function promptsOf(random: Random): string[] {
  const all = random.shuffle([...'0123456789']);
  const again = [...random.shuffle(all.slice(0, 5)).slice(0, 3), ...random.shuffle(all.slice(5)).slice(0, 2)];
  return [all.slice(0, 5), all.slice(5), random.shuffle(again)].map((digits) => digits.join(''));
}

/** Enrolments by people who say the digits, other digits and sentences; of one voice, and of two. */
export async function voiceEnrolments(
  recogniser: Recogniser,
  { root, seed, log }: { root: string; seed: number; log: (line: string) => void },
): Promise<EnrolmentTrial[]> {
  const trials: EnrolmentTrial[] = [];
  for (const [corpus, talkers] of await allTalkers(root)) {
    log(`${corpus}: ${talkers.length} people`);
    const said = new Map<Talker, { prompts: string[]; heard: (Heard | null)[] }[]>();
    for (const talker of talkers) said.set(talker, await enrolmentsOf(recogniser, talker, seed));
    for (const [index, talker] of talkers.entries()) {
      // Every other one was looked at when constants were chosen; of other corpora than AudioMNIST_AZ nobody was.
      const on = `${corpus}, people ${index % 2 === 0 && corpus === 'audiomnist_az' ? 'looked at' : 'not looked at'}`;
      const random = new Random('voice enrolments', seed, talker.name);
      for (const [round, { prompts, heard }] of (said.get(talker) ?? []).entries()) {
        const other = talkers[(index + 1 + random.below(Math.max(1, talkers.length - 1))) % talkers.length];
        const foreign = other && other !== talker ? said.get(other)?.[round]?.heard : undefined;
        const digits = (what: string, genuine: boolean, asked: readonly string[]) =>
          trials.push({ rule: 'digits', what, on, genuine, passed: saidDigits(heard, asked) });
        digits('says the digits', true, prompts);
        digits('says other digits', false, promptsOf(random));
        trials.push(...(await voicesOf(recogniser, on, heard, foreign)));
      }
    }
  }
  for (const corpus of sentenceCorpora) {
    const sentences = await sentencesOf(recogniser, join(root, 'voices', corpus), seed);
    for (const { heard, prompts } of sentences) {
      const on = `${corpus}, people not looked at`;
      trials.push({
        rule: 'digits',
        what: 'says sentences',
        on,
        genuine: false,
        passed: saidDigits(heard, prompts),
      });
    }
    const utterances = sentences.map(({ heard }) => heard);
    if (corpus !== 'librispeech_single')
      for (const [index, heard] of utterances.entries())
        trials.push(
          ...(await voicesOf(
            recogniser,
            `${corpus}, people not looked at`,
            heard,
            sentences.find((one, at) => at > index && one.speaker !== sentences[index]?.speaker)?.heard,
          )),
        );
  }
  return trials;
}

async function allTalkers(root: string): Promise<[string, readonly Talker[]][]> {
  const rendered = Array.from({ length: synthetic.people }, (_, index) =>
    syntheticTalker(synthetic.seed, index),
  );
  return [...(await recordedTalkers(root)), ['synthetic people', rendered]];
}

async function enrolmentsOf(recogniser: Recogniser, talker: Talker, seed: number) {
  const enrolments: { prompts: string[]; heard: (Heard | null)[] }[] = [];
  for (let round = 0; round < rounds; round++) {
    const prompts = promptsOf(new Random('prompts', seed, talker.name, round));
    const heard: (Heard | null)[] = [];
    for (const [index, digits] of prompts.entries())
      heard.push(await hear(recogniser, await talker.say(digits, { before: true, take: round * 3 + index })));
    enrolments.push({ prompts, heard });
  }
  return enrolments;
}

async function voicesOf(
  recogniser: Recogniser,
  on: string,
  heard: readonly (Heard | null)[],
  foreign: readonly (Heard | null)[] | undefined,
): Promise<EnrolmentTrial[]> {
  const judge = async (what: string, genuine: boolean, all: readonly (Heard | null)[]) => {
    const recordings = all.flatMap((one) => one ?? []);
    const passed =
      recordings.length === all.length &&
      isOnePerson('voice', await unlikeness(recogniser, 'voice', recordings));
    return { rule: 'one voice', what, on, genuine, passed };
  };
  const trials = [await judge('three utterances of one person', true, heard)];
  if (foreign)
    trials.push(
      await judge('two of one and one of another', false, [...heard.slice(0, 2), ...foreign.slice(2)]),
    );
  return trials;
}

function saidDigits(heard: readonly (Heard | null)[], prompts: readonly string[]): boolean {
  const said = heard.flatMap((one, index) =>
    one ? [{ sounds: one.sounds, digits: prompts[index] ?? '' }] : [],
  );
  return said.length === heard.length && digitsWereSaid(said);
}

interface Sentences {
  readonly speaker: string;
  readonly heard: (Heard | null)[];
  readonly prompts: string[];
}

/** Three utterances each, as long as digits take; of who said only one, its thirds. */
async function sentencesOf(recogniser: Recogniser, folder: string, seed: number): Promise<Sentences[]> {
  const found: Sentences[] = [];
  for (const speaker of (await readdir(folder).catch((): string[] => [])).sort()) {
    const files = (await readdir(join(folder, speaker))).sort();
    const read = async (file: string) =>
      decodeAudio(new Uint8Array(await readFile(join(folder, speaker, file))));
    for (let round = 0; round < (files.length < 3 ? 1 : 8); round++) {
      const random = new Random('sentences', seed, speaker, round);
      const waves: Float32Array[] = [];
      if (files.length < 3) {
        const whole = await read(files[0] ?? '');
        const third = Math.floor(whole.length / 3);
        waves.push(...[0, 1, 2].map((at) => whole.slice(at * third, (at + 1) * third)));
      } else
        for (const file of random.shuffle(files).slice(0, 3))
          waves.push((await read(file)).slice(0, Math.floor(random.between(2.5, 6) * SAMPLE_RATE)));
      const heard: (Heard | null)[] = [];
      for (const wave of waves) heard.push(await hear(recogniser, wave));
      found.push({ speaker, heard, prompts: promptsOf(random) });
    }
  }
  return found;
}

/** Null where the recording cannot be used, which an enrolment refuses. */
async function hear(recogniser: Recogniser, waveform: Float32Array): Promise<Heard | null> {
  try {
    const capture = await recogniser.signals.captureWaveform(waveform);
    return {
      sounds: await recogniser.signals.hear(capture),
      features: await recogniser.voiceFeatures(capture),
      seconds: secondsOf(capture),
    };
  } catch (error) {
    if (isCaptureFault(error)) return null;
    throw error;
  }
}
