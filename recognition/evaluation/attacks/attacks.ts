import type { Recogniser, Signals, Template } from '../../recogniser.ts';
import { join, SAMPLE_RATE } from '../../signals/audio.ts';
import { isCaptureFault } from '../../signals/capture-fault.ts';
import { answerEvidence } from '../../signals/challenge-answer.ts';
import { challengeFaults } from '../../signals/challenge-evidence.ts';
import { fingerprintOf, isSameRecording } from '../../signals/challenge-replay.ts';
import type { Sounds } from '../../signals/challenge-sounds.ts';
import { type SpokenDigit, takeApart, wordTimes } from '../../signals/challenge-words.ts';
import { fuse } from '../../signals/decision.ts';
import type { Turn } from '../../signals/head.ts';
import type { SeenFace } from '../../signals/lips.ts';
import { Random } from '../../synthetic/random.ts';
import type { Actor, Film } from './films.ts';
import { converted, fittedSynthesiser } from './imitation.ts';
import { heldPhotograph, throughLoudspeaker } from './playback.ts';
import type { Talker } from './talkers.ts';

/** One presentation and what became of it; `fault` is null where it was taken for live. */
export interface Presentation {
  /** The attack, or `genuine: …`. */
  readonly what: string;
  /** Which checks it had to pass. */
  readonly checks: string;
  readonly fault: string | null;
}

/** Of one kind, in the order in which they were made. */
class Presentations {
  readonly made: Presentation[] = [];
  readonly #checks: string;

  constructor(checks: string) {
    this.#checks = checks;
  }

  async add(what: string, fault: Promise<string | null>): Promise<void> {
    this.made.push({ what, checks: this.#checks, fault: await fault });
  }
}

interface Heard {
  readonly sounds: Sounds;
  /** Of the speech in it, as the networks get it. */
  readonly waveform: Float32Array;
  readonly startSeconds: number;
}

interface Utterance {
  readonly digits: string;
  readonly sound: Float32Array;
}

const pause = new Float32Array(Math.round(0.12 * SAMPLE_RATE));

/** Makes presentations and puts them before the checks. The same seed makes the same ones. */
export class AttackRange {
  readonly #recogniser: Recogniser;
  readonly #signals: Signals;
  readonly #seed: number;

  constructor(recogniser: Recogniser, seed: number) {
    this.#recogniser = recogniser;
    this.#signals = recogniser.signals;
    this.#seed = seed;
  }

  /** The voice alone: right and other digits, said, replayed and cut together. */
  async voices(talker: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('attacks', this.#seed, talker.name);
    const words = await this.#enrol(talker, random);
    const presented = new Presentations('digits, freshness');
    for (let round = 0; round < rounds; round++) {
      const [earlier, asked] = twoChallenges(random);
      const take = { before: false, take: round };
      const before = await talker.say(earlier, take);
      const remembered = fingerprintOf((await this.#hear(before)).sounds);
      const digitsFault = (sounds: Sounds) =>
        challengeFaults(answerEvidence({ sounds, seen: [], words }, { digits: asked, turn: null }))[0] ??
        null;
      const fault = (sound: Float32Array) =>
        this.#fault(sound, async ({ sounds }) =>
          isSameRecording(remembered, fingerprintOf(sounds)) ? 'replayed' : digitsFault(sounds),
        );
      const genuine = await talker.say(asked, { before: false, take: round + 500 });
      await presented.add('genuine: says the digits', fault(genuine));
      await presented.add('replay of an earlier answer', fault(before));
      await presented.add(
        'replay of an earlier answer, loudspeaker and room',
        fault(throughLoudspeaker(before, random)),
      );
      const overheard = await talker.say(earlier, { before: false, take: round + 900 });
      await presented.add(
        'other digits overheard elsewhere, loudspeaker and room',
        // It was never sent here: only its digits can tell it.
        this.#fault(throughLoudspeaker(overheard, random), async ({ sounds }) => digitsFault(sounds)),
      );
      const spliced = await this.#cutTogether(talker, asked, random);
      await presented.add(
        'voice cut together from other digits, loudspeaker and room',
        fault(throughLoudspeaker(spliced, random)),
      );
    }
    return presented.made;
  }

  /**
   * The right digits in a voice that is made to be taken for the person's, by a synthesiser and out of another's speech, with
   * a face that says as much as a face can: whether all that lets in. The attacker has three recordings of the person.
   */
  async imitations(talker: Talker, other: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('imitations', this.#seed, talker.name);
    const enrolled = await this.#utterances(talker, random);
    const words = await this.#wordsOf(enrolled);
    const template = await this.#templateOf(enrolled.map(({ sound }) => sound));
    const stolen: Float32Array[] = [];
    for (let take = 0; take < 3; take++)
      stolen.push(await talker.say(twoChallenges(random)[0], { before: false, take: 8000 + take }));
    const synthesise = await fittedSynthesiser(stolen, (waveform) => this.#embed(waveform));
    const presented = new Presentations('digits, voice');
    for (let round = 0; round < rounds; round++) {
      const [asked] = twoChallenges(random);
      const fault = (sound: Float32Array) =>
        this.#fault(sound, async ({ sounds, waveform }) => {
          const evidence = answerEvidence({ sounds, seen: [], words }, { digits: asked, turn: null });
          return challengeFaults(evidence)[0] ?? (await this.#voiceFault(template, waveform));
        });
      const take = { before: false, take: round + 500 };
      const genuine = await talker.say(asked, take);
      await presented.add('genuine: says the digits, in front of the camera', fault(genuine));
      const synthetic = synthesise(asked, random);
      await presented.add('right face, speech synthesis fitted to the voice', fault(synthetic));
      const foreign = await other.say(asked, take);
      await presented.add('right face, another’s voice', fault(foreign));
      await presented.add('right face, another’s voice converted', fault(converted(foreign, stolen)));
    }
    return presented.made;
  }

  /** Face and voice of people who can turn their heads. */
  async answers(actor: Actor, talker: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('answers', this.#seed, actor.name);
    const words = await this.#enrol(talker, random);
    const presented = new Presentations('digits, lips, head');
    for (let round = 0; round < rounds; round++) {
      const [earlier, asked] = twoChallenges(random);
      const [turn, turnBefore] = [random.pick<Turn>(['left', 'right']), random.pick<Turn>(['left', 'right'])];
      const genuine = await actor.answer(asked, turn, round);
      const before = await actor.answer(earlier, turnBefore, round + 500);
      const fault = (film: Film) => this.#filmFault(film, { words, digits: asked, turn });
      await presented.add('genuine: turns and says the digits', fault(genuine));
      await presented.add('film of an earlier answer, with its sound', fault(before));
      const spliced = await this.#cutTogether(talker, asked, random);
      await presented.add(
        'film of an earlier answer, voice cut together',
        fault({ ...before, sound: spliced }),
      );
      const still = await heldPhotograph(actor.photograph, genuine.times, random);
      await presented.add('still photograph, right voice', fault({ ...genuine, frames: still }));
      const playedBack = throughLoudspeaker(before.sound, random);
      await presented.add('right face, other digits played back', fault({ ...genuine, sound: playedBack }));
    }
    return presented.made;
  }

  /** Films of people who say a sentence: nothing is asked, only lips and sound are compared. */
  async films(films: readonly Film[]): Promise<Presentation[]> {
    const presented = new Presentations('lips');
    const fault = (film: Film) => this.#filmFault(film, { words: null, digits: '', turn: null });
    for (const [index, film] of films.entries()) {
      await presented.add('genuine: speaks a sentence', fault(film));
      const random = new Random('films', this.#seed, index);
      for (const picture of [0.2, 0.5, 0.8]) {
        const photograph = film.frames[Math.floor(film.frames.length * picture)];
        if (!photograph) continue;
        const frames = await heldPhotograph(photograph, film.times, random);
        await presented.add('still photograph, right voice', fault({ ...film, frames }));
      }
      for (const other of films)
        if (other !== film)
          await presented.add('right face, sound of somebody else', fault({ ...film, sound: other.sound }));
    }
    return presented.made;
  }

  async #filmFault(
    film: Film,
    asked: { words: readonly SpokenDigit[] | null; digits: string; turn: Turn | null },
  ): Promise<string | null> {
    const faces = await this.#signals.followFace(film.frames);
    return this.#fault(film.sound, async ({ sounds, startSeconds }) => {
      const seen = film.times.flatMap((time, index): SeenFace[] => {
        const face = faces[index];
        return face
          ? [{ at: time / 1000 - startSeconds, mouthOpening: face.mouthOpening, yaw: face.yaw }]
          : [];
      });
      if (seen.length < film.frames.length * 0.7) return 'face_not_followed';
      return challengeFaults(answerEvidence({ sounds, seen, words: asked.words }, asked))[0] ?? null;
    });
  }

  /** What cannot be used is refused as well: for a genuine answer that is an error, for an attack it is not. */
  async #fault(sound: Float32Array, judge: (heard: Heard) => Promise<string | null>): Promise<string | null> {
    try {
      return await judge(await this.#hear(sound));
    } catch (error) {
      if (isCaptureFault(error)) return error.code;
      throw error;
    }
  }

  async #hear(sound: Float32Array): Promise<Heard> {
    const capture = await this.#signals.captureWaveform(sound);
    const { waveform, startSeconds } = capture;
    return { sounds: await this.#signals.hear(capture), waveform, startSeconds };
  }

  async #enrol(talker: Talker, random: Random): Promise<SpokenDigit[]> {
    return this.#wordsOf(await this.#utterances(talker, random));
  }

  /** Three of five digits that cover all ten. */
  async #utterances(talker: Talker, random: Random): Promise<readonly Utterance[]> {
    const all = [...random.shuffle([...'0123456789']), ...random.shuffle([...'0123456789']).slice(0, 5)];
    const utterances: Utterance[] = [];
    for (let take = 0; take < 3; take++) {
      const digits = all.slice(take * 5, take * 5 + 5).join('');
      utterances.push({ digits, sound: await talker.say(digits, { before: true, take }) });
    }
    return utterances;
  }

  async #wordsOf(utterances: readonly Utterance[]): Promise<SpokenDigit[]> {
    const words: SpokenDigit[] = [];
    for (const { digits, sound } of utterances)
      words.push(...takeApart((await this.#hear(sound)).sounds, digits));
    return words;
  }

  async #templateOf(sounds: readonly Float32Array[]): Promise<Template> {
    const voices: Float32Array[] = [];
    for (const sound of sounds)
      voices.push(await this.#recogniser.voiceFeatures(await this.#signals.captureWaveform(sound)));
    return this.#recogniser.template({ faces: [], voices });
  }

  async #embed(waveform: Float32Array): Promise<Float32Array> {
    const features = await this.#recogniser.voiceFeatures({ waveform });
    const [vector] = await this.#recogniser.embed('voice', [features]);
    if (!vector) throw new TypeError('the voice network answered nothing');
    return vector;
  }

  /** Null where the voice, with the clearest of faces, would be let in. */
  async #voiceFault(template: Template, waveform: Float32Array): Promise<string | null> {
    const voice = await this.#recogniser.voiceFeatures({ waveform });
    const evidence = await this.#recogniser.compare(template, { faces: [], voice });
    const withFace = fuse(this.#recogniser.calibration.face.limit, evidence.voice);
    return this.#recogniser.decide(withFace) === 'accept' ? null : 'voice_differs';
  }

  /** Each digit from a recording of other digits that surround it. */
  async #cutTogether(talker: Talker, digits: string, random: Random): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (const [index, digit] of [...digits].entries()) {
      const around = `${random.below(10)}${digit}${random.below(10)}`;
      const source = await talker.say(around, {
        before: false,
        take: 7000 + index * 10 + random.below(10),
      });
      const [from = 0, to = 0] = wordTimes(await this.#signals.hear({ waveform: source }), 3)[1] ?? [];
      const at = (seconds: number) => Math.round(seconds * SAMPLE_RATE);
      parts.push(source.slice(at(from), at(to)), pause);
    }
    return join(parts);
  }
}

function twoChallenges(random: Random): [string, string] {
  const draw = () => String(random.below(10_000)).padStart(4, '0');
  const first = draw();
  for (;;) {
    const second = draw();
    if (second !== first) return [first, second];
  }
}
