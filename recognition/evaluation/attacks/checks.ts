import { type Recogniser, secondsOf, type Template } from '../../recogniser.ts';
import { isCaptureFault } from '../../signals/capture-fault.ts';
import { type AnswerHeard, answerEvidence } from '../../signals/challenge-answer.ts';
import { challengeFaults } from '../../signals/challenge-evidence.ts';
import type { Sounds } from '../../signals/challenge-sounds.ts';
import { type SpokenDigit, takeApart } from '../../signals/challenge-words.ts';
import { fuse } from '../../signals/decision.ts';
import type { SeenFace } from '../../signals/lips.ts';
import type { FollowedFace } from '../../signals/signals.ts';
import { type WordPrint, wereSaidBefore, wordPrints } from '../../signals/word-prints.ts';
import { wordSpans } from '../../signals/word-spans.ts';
import type { AskedOf, Film } from './films.ts';
import type { TakenApart } from './splice.ts';

/** What the server keeps of somebody. */
export interface Enrolled {
  readonly words: readonly SpokenDigit[];
  readonly template: Template;
  /** Of everything that was ever said here. */
  readonly prints: readonly WordPrint[];
}

export interface Heard {
  readonly sounds: Sounds;
  /** Of the speech in it, as the networks get it. */
  readonly waveform: Float32Array;
  readonly startSeconds: number;
}

export interface Utterance {
  readonly digits: string;
  readonly sound: Float32Array;
}

/** Shares of the pictures in which a face has to be found. */
const FOLLOWED = 0.7;

/** The checks of a sign-in, outside of a server. */
export class Checks {
  readonly recogniser: Recogniser;

  constructor(recogniser: Recogniser) {
    this.recogniser = recogniser;
  }

  /** Null where an answer is taken for live; else what spoke against it first. `voice`: whose voice it is counts as well. */
  async fault(
    answer: Pick<Film, 'sound'> & Partial<Film>,
    asked: AskedOf,
    options: { known: Enrolled; voice: boolean },
  ): Promise<string | null> {
    try {
      return (await this.faults(answer, asked, options))[0] ?? null;
    } catch (error) {
      // What cannot be used is refused as well: for a genuine answer that is an error, for an attack it is not.
      if (isCaptureFault(error)) return error.code;
      throw error;
    }
  }

  /** All that speaks against an answer. */
  async faults(
    answer: Pick<Film, 'sound'> & Partial<Film>,
    asked: AskedOf,
    { known, voice }: { known: Enrolled; voice: boolean },
  ): Promise<string[]> {
    const heard = await this.hear(answer.sound);
    const seen = answer.frames ? await this.#see(answer.frames, answer.times ?? [], heard) : null;
    if (seen && seen.length < (answer.frames?.length ?? 0) * FOLLOWED) return ['face_not_followed'];
    const turn = seen ? asked.turn : null;
    const { evidence, spans } = this.evidence({ heard, seen: seen ?? [], known }, { ...asked, turn });
    const faults: string[] = challengeFaults(evidence);
    if (seen && evidence.lips === null) faults.push('lips_unknown');
    if (turn && evidence.depth === null) faults.push('head_unknown');
    if (wereSaidBefore(wordPrints(heard.waveform, asked.digits, spans ?? []), known.prints))
      faults.push('replayed');
    if (voice && !(await this.#isVoiceOf(known.template, heard.waveform))) faults.push('voice_differs');
    return faults;
  }

  evidence(
    { heard, seen, known }: { heard: Heard; seen: readonly SeenFace[]; known: Enrolled },
    asked: AskedOf,
  ): AnswerHeard {
    return answerEvidence({ sounds: heard.sounds, seen, words: known.words }, asked);
  }

  /** Lips alone, of somebody who says a sentence. */
  async lipsFault({ frames, times, sound }: Film): Promise<string | null> {
    try {
      const heard = await this.hear(sound);
      const seen = await this.#see(frames, times, heard);
      if (seen.length < frames.length * FOLLOWED) return 'face_not_followed';
      const asked = { digits: '', turn: null };
      return (
        challengeFaults(answerEvidence({ sounds: heard.sounds, seen, words: null }, asked).evidence)[0] ??
        null
      );
    } catch (error) {
      if (isCaptureFault(error)) return error.code;
      throw error;
    }
  }

  async hear(sound: Float32Array): Promise<Heard> {
    const capture = await this.recogniser.signals.captureWaveform(sound);
    const { waveform, startSeconds } = capture;
    return { sounds: await this.recogniser.signals.hear(capture), waveform, startSeconds };
  }

  async enrol(utterances: readonly Utterance[]): Promise<Enrolled> {
    const words: SpokenDigit[] = [];
    const prints: WordPrint[] = [];
    const voices: Float32Array[] = [];
    const voiceSeconds: number[] = [];
    for (const { digits, sound } of utterances) {
      const heard = await this.hear(sound);
      words.push(...takeApart(heard.sounds, digits));
      prints.push(...printsOf(heard, digits));
      voices.push(await this.recogniser.voiceFeatures(heard));
      voiceSeconds.push(secondsOf(heard));
    }
    const template = await this.recogniser.template({ faces: [], voices, voiceSeconds });
    return { words, template, prints };
  }

  /** The same person after these were said here. */
  async remembering(known: Enrolled, utterances: readonly Utterance[]): Promise<Enrolled> {
    const prints = [...known.prints];
    for (const { digits, sound } of utterances) prints.push(...printsOf(await this.hear(sound), digits));
    return { ...known, prints };
  }

  /** As an attacker takes a recording apart; null where its words are not found. */
  async apart({ digits, sound }: Utterance): Promise<TakenApart | null> {
    const { sounds, startSeconds } = await this.hear(sound);
    const spans = wordSpans(sounds, digits.length);
    return (
      spans && {
        ...{ sound, digits },
        spans: spans.map(({ from, to }) => ({ from: from + startSeconds, to: to + startSeconds })),
      }
    );
  }

  async embed(waveform: Float32Array): Promise<Float32Array> {
    const features = await this.recogniser.voiceFeatures({ waveform });
    const [vector] = await this.recogniser.embed('voice', [features]);
    if (!vector) throw new TypeError('the voice network returned nothing');
    return vector;
  }

  async faceOf(photograph: Uint8Array): Promise<FollowedFace> {
    const [face] = await this.recogniser.signals.followFace([photograph]);
    if (!face) throw new TypeError('there is no face in the photograph');
    return face;
  }

  async #see(
    frames: readonly Uint8Array[],
    times: readonly number[],
    { startSeconds }: Heard,
  ): Promise<SeenFace[]> {
    const faces = await this.recogniser.signals.followFace(frames);
    return times.flatMap((time, index): SeenFace[] => {
      const face = faces[index];
      return face ? [{ ...face, at: time / 1000 - startSeconds }] : [];
    });
  }

  /** Whether the voice, with the clearest of faces, would be let in. */
  async #isVoiceOf(template: Template, waveform: Float32Array): Promise<boolean> {
    const voice = await this.recogniser.voiceFeatures({ waveform });
    const voiceSeconds = secondsOf({ waveform });
    const evidence = await this.recogniser.compare(template, { faces: [], voice, voiceSeconds });
    const withFace = fuse(this.recogniser.calibration.face.limit, evidence.voice);
    return this.recogniser.decide(withFace) === 'accept';
  }
}

function printsOf({ sounds, waveform }: Heard, digits: string): readonly WordPrint[] {
  return wordPrints(waveform, digits, wordSpans(sounds, digits.length) ?? []);
}
