import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { isCaptureFault } from '@visavox/recognition/signals/capture-fault';
import { answerEvidence } from '@visavox/recognition/signals/challenge-answer';
import {
  type ChallengeEvidence,
  type ChallengeFault,
  challengeFaults,
} from '@visavox/recognition/signals/challenge-evidence';
import { decodeSpokenDigits, encodeSpokenDigits } from '@visavox/recognition/signals/challenge-template';
import { type SpokenDigit, takeApart } from '@visavox/recognition/signals/challenge-words';
import type { SeenFace } from '@visavox/recognition/signals/lips';
import {
  anyDigit,
  decodeWordPrints,
  encodeWordPrints,
  type WordPrint,
  wereSaidBefore,
  wordPrints,
} from '@visavox/recognition/signals/word-prints';
import { wordSpans } from '@visavox/recognition/signals/word-spans';
import type { Kysely, Transaction } from 'kysely';
import type { RecogniserPort, SignalsPort, Template, VoiceCapture } from '../recogniser-port.ts';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables } from '../tables.ts';
import type { Challenge } from './challenges.ts';

/**
 * `required`: digits, lips and head are checked or there is no way in. `off`: nothing is, for measurements with recordings, and
 * nothing of it gives a session.
 */
export type LivenessPolicy = 'required' | 'off';

/** A picture of the burst, `at` so many milliseconds from the beginning of the voice's recording (negative: before). */
export interface BurstFrame {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** What an answer consists of, besides the faces that are recognised. */
export interface Answer {
  readonly challenge: Challenge;
  readonly voice: VoiceCapture;
  readonly voiceBytes: Uint8Array;
  readonly frames: readonly BurstFrame[];
  /** Recordings that an operator measures: nobody has to be there. */
  readonly measured: boolean;
}

export type LivenessFault =
  | ChallengeFault
  | 'replayed'
  | 'another_face'
  | 'digits_unknown'
  | 'lips_unknown'
  | 'head_unknown'
  | 'face_not_followed';

export interface Liveness {
  readonly faults: readonly LivenessFault[];
  readonly evidence: ChallengeEvidence;
  /** Keeps what a later answer must not be equal to. */
  readonly remember: (trx: Transaction<ApplicationTables>) => Promise<void>;
}

/** No person's id. */
const nobody = '';
/** Fewer pictures show neither a turn nor lips. */
const fewestFrames = 20;
/** Answers that are remembered of one person, beside the enrolment. */
const remembered = 200;
/** A person's face in a small picture of the burst may say this much against the person. */
const leastOfBurst = -1;
/** Shares of the burst in which the face has to be found. */
const leastFollowed = 0.7;

interface LivenessResources {
  readonly db: Kysely<ApplicationTables>;
  readonly sealer: Sealer;
  readonly policy: LivenessPolicy;
  readonly now: () => Date;
}

/** Whether somebody answers a challenge here and now. */
export class LivenessChecks {
  readonly #resources: LivenessResources;

  constructor(resources: LivenessResources) {
    this.#resources = resources;
  }

  /** Nobody has to be there: nothing that is accepted is a sign-in. */
  get off(): boolean {
    return this.#resources.policy === 'off';
  }

  /** Refuses early what cannot be accepted. */
  requireFrames(challenge: Challenge, frames: readonly BurstFrame[]): void {
    if (this.off || frames.length >= fewestFrames) return;
    throw new UserError({
      kind: 'invalid',
      code: 'frames_missing',
      message: `pictures of the face while the digits are spoken are needed. Received: ${frames.length}`,
      action: `Send ${fewestFrames} to 80 parts named "frame", and "frameTimes"; ${
        challenge.turn ? `begin with a turn of the head to the ${challenge.turn}.` : 'no turn is asked for.'
      }`,
      details: { count: frames.length },
    });
  }

  /** `person`: null where nobody has the name; the work is the same. */
  async assess(
    who: { person: string | null; template: Template; recogniser: RecogniserPort },
    answer: Answer,
  ): Promise<Liveness> {
    const { signals } = who.recogniser;
    if (this.off || answer.measured) return { faults: [], evidence: nothing, remember: async () => {} };
    const person = who.person ?? nobody;
    const sounds = await signals.hear(answer.voice);
    const words = await this.#spokenDigits(person);
    const seen = await follow(signals, answer);
    const { evidence, spans } = answerEvidence({ sounds, seen, words: words ?? null }, answer.challenge);
    const faults: LivenessFault[] = challengeFaults(evidence);
    const { digits, turn } = answer.challenge;
    // Of words that may be others than were asked for, any may come again.
    const labels = (evidence.digits ?? -1) > 0 ? digits : digits.replace(/./g, anyDigit);
    const prints = spans ? wordPrints(answer.voice.waveform, labels, spans) : [];
    const marks = [answer.voiceBytes, ...answer.frames.map(({ bytes }) => bytes)].map((bytes) =>
      digestOf(bytes),
    );
    if (await this.#knows(person, { marks, prints })) faults.push('replayed');
    if (seen.length < answer.frames.length * leastFollowed) faults.push('face_not_followed');
    else faults.push(...(await faceFaults(who, seen)));
    if (evidence.digits === null) faults.push('digits_unknown');
    if (evidence.lips === null) faults.push('lips_unknown');
    if (turn && (evidence.head === null || evidence.depth === null)) faults.push('head_unknown');
    return {
      faults,
      evidence,
      remember: async (trx) => {
        if (who.person !== null) await this.#remember(trx, who.person, { marks, prints, digits });
      },
    };
  }

  /** Keeps how a person says the digits, by what the enrolment's prompts were. */
  async learn(
    trx: Transaction<ApplicationTables>,
    person: string,
    { words, prints }: SpokenPrompts,
  ): Promise<void> {
    if (words.length === 0) return;
    await this.#remember(trx, person, { marks: [], prints, digits: null });
    const sealed = this.#resources.sealer.seal(encodeSpokenDigits(words), `spoken digits ${person}`);
    await trx.insertInto('spoken_digits').values({ person, words: sealed }).execute();
  }

  async #spokenDigits(person: string) {
    const row = await this.#resources.db
      .selectFrom('spoken_digits')
      .select('words')
      .where('person', '=', person)
      .executeTakeFirst();
    return row && decodeSpokenDigits(this.#resources.sealer.open(row.words, `spoken digits ${person}`));
  }

  async #knows(person: string, { marks, prints }: Pick<Remembered, 'marks' | 'prints'>): Promise<boolean> {
    const rows = await this.#resources.db
      .selectFrom('answers')
      .select(['marks', 'words'])
      .where('person', '=', person)
      .execute();
    const given = new Set(marks);
    if (rows.some((row) => row.marks.some((mark) => given.has(mark)))) return true;
    const { sealer } = this.#resources;
    const earlier = rows.flatMap(({ words }) =>
      words ? decodeWordPrints(sealer.open(words, `answer ${person}`)) : [],
    );
    return wereSaidBefore(prints, earlier);
  }

  async #remember(
    trx: Transaction<ApplicationTables>,
    person: string,
    { marks, prints, digits }: Remembered,
  ): Promise<void> {
    const { sealer, now } = this.#resources;
    await trx
      .insertInto('answers')
      .values({
        person,
        marks: JSON.stringify(marks),
        words: sealer.seal(encodeWordPrints(prints), `answer ${person}`),
        digits,
        created_at: now(),
      })
      .execute();
    const kept = trx
      .selectFrom('answers')
      .select('id')
      .where('person', '=', person)
      .where('digits', 'is not', null)
      .orderBy('id', 'desc')
      .limit(remembered);
    await trx
      .deleteFrom('answers')
      .where('person', '=', person)
      .where('digits', 'is not', null)
      .where('id', 'not in', kept)
      .execute();
  }
}

interface Remembered {
  /** Digests of its recordings and pictures. */
  readonly marks: readonly string[];
  readonly prints: readonly WordPrint[];
  /** What was asked for; null of an enrolment. */
  readonly digits: string | null;
}

const nothing: ChallengeEvidence = {
  digits: null,
  lips: null,
  head: null,
  depth: null,
  life: null,
  novelty: null,
};

/** What prompts say of a person's speech: how the digits sound, and what no answer may be a copy of. */
export interface SpokenPrompts {
  readonly words: readonly SpokenDigit[];
  readonly prints: readonly WordPrint[];
}

/** How the person says the digits of these prompts, one prompt a recording. */
export async function spokenDigits(
  signals: SignalsPort,
  voices: readonly VoiceCapture[],
  prompts: readonly string[],
): Promise<SpokenPrompts> {
  const words: SpokenDigit[] = [];
  const prints: WordPrint[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const voice = voices[index];
    if (!voice) continue;
    const sounds = await signals.hear(voice);
    words.push(...takeApart(sounds, prompt));
    prints.push(...wordPrints(voice.waveform, prompt, wordSpans(sounds, prompt.length) ?? []));
  }
  return { words, prints };
}

interface FollowedFace extends SeenFace {
  readonly frame: BurstFrame;
}

async function follow(signals: SignalsPort, { frames, voice }: Answer): Promise<FollowedFace[]> {
  const faces = await signals.followFace(frames.map(({ bytes }) => bytes));
  return frames.flatMap((frame, index) => {
    const face = faces[index];
    if (!face) return [];
    return { ...face, at: frame.at / 1000 - voice.startSeconds, frame };
  });
}

/** The one whose mouth moves is the one who is recognised: by the straightest picture during the speech. */
async function faceFaults(
  { template, recogniser }: { template: Template; recogniser: RecogniserPort },
  seen: readonly FollowedFace[],
): Promise<LivenessFault[]> {
  const [straightest] = seen.filter(({ at }) => at >= 0).sort((a, b) => Math.abs(a.yaw) - Math.abs(b.yaw));
  if (!straightest) return ['face_not_followed'];
  try {
    const capture = await recogniser.signals.captureFace(straightest.frame.bytes);
    const faces = await recogniser.faceFeatures([capture]);
    const { face } = await recogniser.compare(template, { faces, voice: null });
    return face === null || face > leastOfBurst ? [] : ['another_face'];
  } catch (error) {
    if (isCaptureFault(error)) return ['face_not_followed'];
    throw error;
  }
}
