import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SystemError } from '@visavox/core/errors';
import { recordedTalkers } from '@visavox/recognition/evaluation/attacks/talkers';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Random } from '@visavox/recognition/synthetic/random';
import { sampleRate } from '@visavox/recognition/synthetic/voice/speak';
import { wav } from '@visavox/recognition/synthetic/wav';
import { attemptForm, enrolmentForm } from '../actor.ts';
import type { Outcome, Row, Stage } from '../row.ts';

/** Comparisons of strangers, and of people with themselves, in each corpus. */
const strangers = 500;
const genuine = 200;

/** Somebody's voice: another number, another utterance. */
interface Voice {
  readonly speaker: string;
  readonly utterances: number;
  utterance(index: number): Promise<Uint8Array>;
}
interface Face {
  readonly person: string;
  readonly pictures: readonly (() => Promise<Uint8Array>)[];
}
interface Corpus {
  readonly name: string;
  readonly voices: readonly Voice[];
  /** Speakers of whom there is too little to enrol them. */
  readonly others: readonly Voice[];
}

interface Enrolled {
  readonly id: string;
  readonly name: string;
  readonly face: Face;
  readonly voice: Voice;
}

type Kind = 'voice' | 'face' | 'genuine';
type Counts = Record<Kind, { tries: number; successes: number }>;

const results = new WeakMap<Stage, Promise<ReadonlyMap<string, Counts>>>();

/** Nobody makes an effort: somebody else's recording beside the right one. Measured, since recordings answer no challenge. */
export const recordingRows: readonly Row[] = [
  {
    attack: 'stranger-voice-right-face',
    aim: 'a stranger’s voice beside the right face is accepted',
    run: (stage) => outcomeOf(stage, 'voice'),
  },
  {
    attack: 'stranger-face-right-voice',
    aim: 'a stranger’s face beside the right voice is accepted',
    run: (stage) => outcomeOf(stage, 'face'),
  },
];

async function outcomeOf(stage: Stage, kind: 'voice' | 'face'): Promise<Outcome> {
  const measuring = results.get(stage) ?? measure(stage);
  results.set(stage, measuring);
  const parts = Object.fromEntries([...(await measuring)].map(([corpus, counts]) => [corpus, counts[kind]]));
  const sum = (of: 'tries' | 'successes') => Object.values(parts).reduce((all, part) => all + part[of], 0);
  const own = [...(await measuring)].map(
    ([
      corpus,
      {
        genuine: { tries, successes },
      },
    ]) => `${corpus} ${tries - successes} of ${tries}`,
  );
  return {
    tries: sum('tries'),
    successes: sum('successes'),
    parts,
    note: `${Object.entries(parts)
      .map(([corpus, part]) => `${corpus} ${part.successes} of ${part.tries}`)
      .join(', ')}; the people themselves refused: ${own.join(', ')}`,
  };
}

async function measure(stage: Stage): Promise<ReadonlyMap<string, Counts>> {
  const { corpora, faces } = stage.data ? await recorded(stage.data) : synthetic();
  const found = new Map<string, Counts>();
  for (const corpus of corpora) {
    const counts: Counts = {
      voice: { tries: 0, successes: 0 },
      face: { tries: 0, successes: 0 },
      genuine: { tries: 0, successes: 0 },
    };
    found.set(corpus.name, counts);
    const people: Enrolled[] = [];
    // Nobody is enrolled twice: each voice has a face of its own, as long as there are faces.
    for (const [index, voice] of corpus.voices.slice(0, faces.length).entries()) {
      const face = faces[index];
      const person = face && (await enrol(stage, corpus.name, { face, voice }));
      if (person) people.push(person);
    }
    const random = new Random('recordings', corpus.name);
    const few = stage.data === undefined ? 10 : 1;
    for (let turn = 0; turn < strangers / few; turn++) {
      const claimed = people[turn % people.length];
      if (!claimed) break;
      const foreign = [...corpus.voices, ...corpus.others].filter(
        ({ speaker }) => speaker !== claimed.voice.speaker,
      );
      const voice = oneOf(random, foreign);
      const own = await claimed.voice.utterance(3 + random.below(claimed.voice.utterances - 3));
      const other = await voice.utterance(random.below(voice.utterances));
      const pictures = claimed.face.pictures.slice(3);
      const stranger = oneOf(
        random,
        faces.filter(({ person }) => person !== claimed.face.person),
      );
      await tried(stage, claimed, counts.voice, { face: await oneOf(random, pictures)(), voice: other });
      await tried(stage, claimed, counts.face, {
        face: await oneOf(random, stranger.pictures)(),
        voice: own,
      });
      if (turn < genuine / few)
        await tried(stage, claimed, counts.genuine, { face: await oneOf(random, pictures)(), voice: own });
      if (turn % 50 === 49) stage.log(`  ${corpus.name}: ${turn + 1}`);
    }
    for (const { id } of people) await stage.operator(`/api/v1/people/${id}`, { method: 'DELETE' });
  }
  return found;
}

async function enrol(
  stage: Stage,
  corpus: string,
  { face, voice }: { face: Face; voice: Voice },
): Promise<Enrolled | null> {
  const name = `${corpus} ${basename(voice.speaker)} ${face.person.replaceAll('_', ' ')}`.slice(0, 80);
  const faces = await Promise.all(face.pictures.slice(0, 3).map((picture) => picture()));
  const voices = await Promise.all([0, 1, 2].map((index) => voice.utterance(index)));
  const form = enrolmentForm({ name }, { faces, voices, turns: { frames: [], times: [] } });
  const answer = await stage.operator('/api/v1/people', { form });
  if (answer.status === 201 && answer.body?.state === 'active')
    return { id: String(answer.body.id), name, face, voice };
  stage.log(`  ${name} is not enrolled: ${answer.body?.detail ?? answer.body?.state}`);
  return null;
}

async function tried(
  stage: Stage,
  { name }: Enrolled,
  counts: { tries: number; successes: number },
  { face, voice }: { face: Uint8Array; voice: Uint8Array },
): Promise<void> {
  const asked = await stage.operator('/api/v1/challenges', { json: { name } });
  const sent = { faces: [face], voice, frames: [], times: [] };
  const form = attemptForm({ name, challenge: String(asked.body?.id) }, sent);
  const answer = await stage.operator('/api/v1/attempts', { form });
  // What cannot be used is no comparison.
  if (answer.status !== 200) return;
  counts.tries++;
  if (answer.body?.decision === 'accept') counts.successes++;
}

/** `faces/lfw/PERSON/*` with five pictures or more; `voices/CORPUS/SPEAKER/*`, digits said one by one or whole utterances. */
async function recorded(root: string): Promise<{ corpora: Corpus[]; faces: Face[] }> {
  const files = async (folder: string) => {
    const names = await readdir(folder).catch(() => [] as string[]);
    return names.filter((name) => /\.(jpe?g|png|flac|wav)$/i.test(name)).sort();
  };
  const folders = async (folder: string) => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
  };
  const load = (path: string) => async () => new Uint8Array(await readFile(path));
  const faces: Face[] = [];
  for (const person of await folders(join(root, 'faces', 'lfw'))) {
    const folder = join(root, 'faces', 'lfw', person);
    const names = await files(folder);
    if (names.length >= 5) faces.push({ person, pictures: names.map((name) => load(join(folder, name))) });
  }
  const spoken = await recordedTalkers(root);
  const corpora = new Map<string, { voices: Voice[]; others: Voice[] }>();
  for (const folder of await folders(join(root, 'voices'))) {
    const name = folder.replace(/_single$/, '');
    const corpus = corpora.get(name) ?? { voices: [], others: [] };
    corpora.set(name, corpus);
    const digits = spoken.get(folder);
    if (digits) {
      corpus.voices.push(...digits.map((talker) => digitVoice(talker)));
      continue;
    }
    for (const speaker of await folders(join(root, 'voices', folder))) {
      const path = join(root, 'voices', folder, speaker);
      const names = await files(path);
      const voice: Voice = {
        speaker: `${folder}/${speaker}`,
        utterances: names.length,
        utterance: (index) => load(join(path, names[index % names.length] ?? ''))(),
      };
      (names.length >= 6 ? corpus.voices : corpus.others).push(voice);
    }
  }
  const usable = [...corpora].filter(([, { voices }]) => voices.length > 0);
  return { corpora: usable.map(([name, corpus]) => ({ name, ...corpus })), faces };
}

function oneOf<T>(random: Random, list: readonly T[]): T {
  const one = list[random.below(list.length)];
  if (one === undefined) throw new SystemError('there is nothing to choose from');
  return one;
}

/** Five digits to enrol with, four to try with, as many times as one likes. */
function digitVoice(talker: {
  name: string;
  say(digits: string, take: { before: boolean; take: number }): Promise<Float32Array>;
}): Voice {
  const utterances = 3 + 12;
  const random = (index: number) => new Random('digits', talker.name, index);
  return {
    speaker: talker.name,
    utterances,
    async utterance(index) {
      const before = index < 3;
      const digits = random(index)
        .shuffle([...'0123456789'])
        .slice(0, before ? 5 : 4);
      return wav(await talker.say(digits.join(''), { before, take: index }), sampleRate);
    },
  };
}

const syntheticSeed = 67_000;

function synthetic(): { corpora: Corpus[]; faces: Face[] } {
  const people = Array.from({ length: 8 }, (_, index) => syntheticPerson(syntheticSeed, index));
  const faces = people.map((person) => ({
    person: person.name,
    pictures: Array.from({ length: 6 }, (_, take) => () => person.face(take)),
  }));
  const voices = people.map((person): Voice => {
    const digits = (index: number) => new Random(person.name, index).shuffle([...'0123456789']).slice(0, 5);
    const utterance = async (index: number) => person.utterance(digits(index).join(''), index);
    return { speaker: person.name, utterances: 12, utterance };
  });
  return { corpora: [{ name: 'rendered people', voices, others: [] }], faces };
}
