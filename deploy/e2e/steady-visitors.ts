import type { Attempt } from '@visavox/client/answers';
import type { VisavoxClient } from '@visavox/client/client';
import { digestOf } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { Modality } from '@visavox/recognition/bundle-parts';
import { secondsIn } from '@visavox/recognition/capture-conditions';
import { capturedRecording } from '@visavox/recognition/captured-recording';
import { Recogniser, secondsOf, type Template } from '@visavox/recognition/recogniser';
import { fingerprintOf, isSameRecording } from '@visavox/recognition/signals/challenge-replay';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';

export interface Refusal {
  readonly at: number;
  readonly decision: Attempt['decision'];
  readonly reasons: readonly string[];
  /** The model version that refused. */
  readonly version: number;
  readonly turn: number;
  readonly digits: string;
}

export interface Visits {
  readonly signedIn: number;
  readonly refusals: readonly Refusal[];
  /** Requests that got no decision, and when. */
  readonly failures: readonly { readonly at: number; readonly reason: string }[];
}

/** As many as the server keeps of a person. */
const rememberedAnswers = 50;
const enrolled = { faces: [1, 2, 3], voices: ['0123', '4567', '8901'] };
/** Photographs to sign in with: rendering them is dear, so they come again. */
const occasions = [11, 12, 13].map((shot) => [shot, shot + 20]);

/** Somebody who signs in again and again, as long as the test lasts, and remembers what went wrong. */
export class SteadyVisitor {
  readonly #client: VisavoxClient;
  readonly #person: SyntheticPerson;
  readonly #name: string;
  readonly #failures: { at: number; reason: string }[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #accepted: { turn: number; digits: string }[] = [];
  #stopped = false;
  #running: Promise<void> | undefined;

  /** `client` without patience: a request that fails is one that failed. */
  constructor(client: VisavoxClient, index: number) {
    this.#client = client;
    this.#person = syntheticPerson(4600, index);
    this.#name = `steady visitor ${index}`;
  }

  async enrol(): Promise<void> {
    await this.#client.enrol({ name: this.#name, ...(await this.#enrolment()) });
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

  async #decide(recogniser: Recogniser, { turn, digits }: Refusal): Promise<Attempt['decision']> {
    const { signals } = recogniser;
    if (await this.#seemsReplayed(recogniser, { turn, digits })) return 'reject';
    const faceOf = async (shot: number) => signals.captureFace(await this.#person.face(shot));
    const template = await this.#template(recogniser);
    const heard = await signals.captureVoice(this.#person.utterance(digits, turn));
    const probe = {
      faces: await recogniser.faceFeatures(
        await Promise.all((occasions[turn % occasions.length] ?? []).map(faceOf)),
      ),
      voice: await recogniser.voiceFeatures(heard),
      voiceSeconds: secondsOf(heard),
    };
    return recogniser.decide(await recogniser.compare(template, probe));
  }

  /** Whether the answer is too much like one of those that were accepted before it. */
  async #seemsReplayed(recogniser: Recogniser, given: { turn: number; digits: string }): Promise<boolean> {
    const fingerprint = async ({ turn, digits }: { turn: number; digits: string }) => {
      const voice = await recogniser.signals.captureVoice(this.#person.utterance(digits, turn));
      return fingerprintOf(await recogniser.signals.hear(voice));
    };
    const own = await fingerprint(given);
    const before = this.#accepted.filter(({ turn }) => turn < given.turn).slice(-rememberedAnswers);
    for (const earlier of before) if (isSameRecording(await fingerprint(earlier), own)) return true;
    return false;
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
    const voices = enrolled.voices.map((digits, take) => this.#person.utterance(digits, take));
    return { faces, voices };
  }

  async #visit(): Promise<void> {
    const photographs = await Promise.all(
      occasions.map((shots) => Promise.all(shots.map((shot) => this.#person.face(shot)))),
    );
    for (let turn = 0; !this.#stopped; turn++) {
      let said = '';
      try {
        const { decision, reasons, servedBy } = await this.#client.signIn({
          name: this.#name,
          faces: photographs[turn % photographs.length] ?? [],
          speak: (digits) => {
            said = digits;
            return this.#person.utterance(digits, turn);
          },
        });
        if (decision === 'accept') this.#accepted.push({ turn, digits: said });
        else
          this.#refusals.push({
            at: Date.now(),
            ...{ decision, reasons, turn },
            version: servedBy.version,
            digits: said,
          });
      } catch (error) {
        const code = error instanceof UserError ? `${error.code}: ` : '';
        this.#failures.push({ at: Date.now(), reason: code + messageOf(error) });
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}
