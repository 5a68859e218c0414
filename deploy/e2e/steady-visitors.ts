import type { Attempt, Challenge } from '@visavox/client/answers';
import type { Answer, VisavoxClient } from '@visavox/client/client';
import { digestOf } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { Modality } from '@visavox/recognition/bundle-parts';
import { measuresOfVoice, secondsIn, takenWorse } from '@visavox/recognition/capture-conditions';
import { capturedRecording } from '@visavox/recognition/captured-recording';
import { Recogniser, type Signals, secondsOf, type Template } from '@visavox/recognition/recogniser';
import { answerEvidence } from '@visavox/recognition/signals/challenge-answer';
import { challengeFaults } from '@visavox/recognition/signals/challenge-evidence';
import { type SpokenDigit, takeApart } from '@visavox/recognition/signals/challenge-words';
import type { SeenFace } from '@visavox/recognition/signals/lips';
import { type WordPrint, wereSaidBefore, wordPrints } from '@visavox/recognition/signals/word-prints';
import { wordSpans } from '@visavox/recognition/signals/word-spans';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import type { PictureStore } from '@visavox/recognition/synthetic/picture-store';
import { Sitting } from '@visavox/recognition/synthetic/sitting';

export interface Refusal {
  readonly at: number;
  readonly decision: Attempt['decision'];
  readonly reasons: readonly string[];
  /** The model version that refused. */
  readonly version: number;
  readonly take: number;
  readonly asked: Asked;
}

/** What a challenge asks for. */
type Asked = Pick<Challenge, 'digits' | 'turn'>;

export interface Visits {
  readonly signedIn: number;
  readonly refusals: readonly Refusal[];
  /** Requests that got no decision, and when. */
  readonly failures: readonly { readonly at: number; readonly reason: string }[];
}

/** As many as the server keeps of a person. */
const rememberedAnswers = 200;
const enrolled = { faces: [1, 2, 3] };
/** Photographs to sign in with: rendering them is dear, so they come again. */
const occasions = [11, 12, 13].map((shot) => [shot, shot + 20]);

/** Somebody who signs in again and again, as long as the test lasts, and remembers what went wrong. */
export class SteadyVisitor {
  readonly #client: VisavoxClient;
  readonly #person: SyntheticPerson;
  readonly #sitting: Sitting;
  readonly #name: string;
  readonly #failures: { at: number; reason: string }[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #accepted: { take: number; asked: Asked }[] = [];
  /** What was said when enrolling. */
  #prompts: readonly string[] = [];
  readonly #prints = new Map<number, readonly WordPrint[]>();
  #stopped = false;
  #running: Promise<void> | undefined;

  /** `client` without patience: a request that fails is one that failed. `pictures`: where rendered looks are kept. */
  constructor(client: VisavoxClient, index: number, pictures: PictureStore) {
    this.#client = client;
    this.#person = syntheticPerson(4600, index);
    this.#sitting = new Sitting(this.#person, 0, { pictures });
    this.#name = `steady visitor ${index}`;
  }

  async enrol(): Promise<void> {
    const { id, state } = await this.#client.enrol({
      name: this.#name,
      answer: async ({ prompts, turns }) => {
        this.#prompts = prompts;
        return { ...(await this.#enrolment()), ...(await this.#sitting.turns(turns, { take: 0 })) };
      },
    });
    if (state === 'pending') await this.#client.review(id, { decision: 'approve' });
  }

  start(): void {
    this.#running = this.#visit();
  }

  async stop(): Promise<Visits> {
    this.#stopped = true;
    await this.#running;
    return { signedIn: this.#accepted.length, refusals: this.#refusals, failures: this.#failures };
  }

  /**
   * Decides about the recordings of a refusal once more, in this process with the bundle of the same version: whoever
   * is refused there as well was not refused because of what befell the cluster. `operator` may fetch bundles.
   */
  async again(
    operator: VisavoxClient,
    refusals: readonly Refusal[],
  ): Promise<readonly Attempt['decision'][]> {
    const decisions: Attempt['decision'][] = [];
    for (const version of new Set(refusals.map((refusal) => refusal.version))) {
      const { manifest, files } = await operator.bundle(version);
      const recogniser = await Recogniser.load(manifest, files);
      try {
        for (const [index, refusal] of refusals.entries())
          if (refusal.version === version) decisions[index] = await this.#decide(recogniser, refusal);
      } finally {
        await recogniser.close();
      }
    }
    return decisions;
  }

  async #decide(recogniser: Recogniser, { take, asked }: Refusal): Promise<Attempt['decision']> {
    const { signals } = recogniser;
    const { faces, voice, frames, times } = await this.#answer(asked, take);
    const heard = await signals.captureVoice(voice);
    const sounds = await signals.hear(heard);
    const seen = await followed(signals, { frames, times, startSeconds: heard.startSeconds });
    const words = await this.#words(signals);
    const { evidence, spans } = answerEvidence({ sounds, seen, words }, asked);
    if (challengeFaults(evidence).length > 0) return 'reject';
    if (
      await this.#seemsReplayed(signals, {
        take,
        prints: wordPrints(heard.waveform, asked.digits, spans ?? []),
      })
    )
      return 'reject';
    const template = await this.#template(recogniser);
    const captures = await Promise.all(faces.map((bytes) => signals.captureFace(bytes)));
    const probe = {
      faces: await recogniser.faceFeatures(captures),
      voice: await recogniser.voiceFeatures(heard),
      voiceSeconds: secondsOf(heard),
      voiceTakenWorse: takenWorse('voice', measuresOfVoice(heard)),
    };
    return recogniser.decide(await recogniser.compare(template, probe));
  }

  /** Whether the words are too much like some of the answers that were accepted before. */
  async #seemsReplayed(
    signals: Signals,
    given: { take: number; prints: readonly WordPrint[] },
  ): Promise<boolean> {
    const earlier: WordPrint[] = [];
    const before = this.#accepted.filter(({ take }) => take < given.take).slice(-rememberedAnswers);
    for (const accepted of before) earlier.push(...(await this.#printsOf(signals, accepted)));
    return wereSaidBefore(given.prints, earlier);
  }

  /** Once for each answer: to render it takes longer than to compare it with every refusal. */
  async #printsOf(
    signals: Signals,
    { take, asked }: { take: number; asked: Asked },
  ): Promise<readonly WordPrint[]> {
    const known = this.#prints.get(take);
    if (known) return known;
    const { voice } = await this.#answer(asked, take);
    const heard = await signals.captureVoice(voice);
    const spans = wordSpans(await signals.hear(heard), asked.digits.length) ?? [];
    const prints = wordPrints(heard.waveform, asked.digits, spans);
    this.#prints.set(take, prints);
    return prints;
  }

  /** How the digits were said when they were enrolled. */
  async #words(signals: Signals): Promise<SpokenDigit[]> {
    const { voices, prompts } = await this.#enrolment();
    const words: SpokenDigit[] = [];
    for (const [index, prompt] of prompts.entries())
      words.push(...takeApart(await signals.hear(await signals.captureVoice(voices[index]!)), prompt));
    return words;
  }

  /** Of the recordings that were enrolled, and of their copies where this version's templates have them. */
  async #template(recogniser: Recogniser): Promise<Template> {
    const made = async (modality: Modality, recordings: readonly Uint8Array[]) => {
      const features: Float32Array[] = [];
      const copies: Float32Array[] = [];
      const seconds: number[] = [];
      for (const bytes of recordings) {
        const recording = await capturedRecording(recogniser, { modality, digest: digestOf(bytes), bytes });
        features.push(await recording.features());
        copies.push(...(await recording.copiesForTemplate()));
        seconds.push(secondsIn(modality, recording.measured()) ?? 0);
      }
      return { features, copies, seconds };
    };
    const { faces, voices } = await this.#enrolment();
    const [seen, heard] = [await made('face', faces), await made('voice', voices)];
    return recogniser.template({
      ...{ faces: seen.features, voices: heard.features, voiceSeconds: heard.seconds },
      copies: { faces: seen.copies, voices: heard.copies },
    });
  }

  async #enrolment() {
    const faces = await Promise.all(enrolled.faces.map((shot) => this.#person.face(shot)));
    const voices = this.#prompts.map((digits, take) => this.#person.utterance(digits, take));
    return { faces, voices, prompts: this.#prompts };
  }

  async #answer({ digits, turn }: Asked, take: number): Promise<Answer> {
    const film = await this.#sitting.answer(digits, { turn, take });
    const shots = occasions[take % occasions.length] ?? [];
    return { ...film, faces: await Promise.all(shots.map((shot) => this.#person.face(shot))) };
  }

  async #visit(): Promise<void> {
    for (let take = 0; !this.#stopped; take++) {
      let asked: Asked = { digits: '', turn: null };
      try {
        const { decision, reasons, servedBy } = await this.#client.signIn({
          name: this.#name,
          answer: (challenge) => {
            asked = { digits: challenge.digits, turn: challenge.turn };
            return this.#answer(asked, take);
          },
        });
        if (decision === 'accept') this.#accepted.push({ take, asked });
        else
          this.#refusals.push({
            at: Date.now(),
            ...{ decision, reasons, take, asked },
            version: servedBy.version,
          });
      } catch (error) {
        const code = error instanceof UserError ? `${error.code}: ` : '';
        this.#failures.push({ at: Date.now(), reason: code + messageOf(error) });
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/** The faces of a film, in seconds from the beginning of the speech. */
async function followed(
  signals: Signals,
  { frames, times, startSeconds }: { startSeconds: number } & Pick<Answer, 'frames' | 'times'>,
): Promise<SeenFace[]> {
  const faces = await signals.followFace(frames);
  return times.flatMap((time, index) => {
    const face = faces[index];
    return face ? [{ ...face, at: time / 1000 - startSeconds }] : [];
  });
}
