import { SAMPLE_RATE } from '../../signals/audio.ts';
import type { Turn } from '../../signals/head.ts';
import { Random } from '../../synthetic/random.ts';
import { animatedStill, animatedStillTricks } from './animated-still.ts';
import type { Checks, Enrolled, Utterance } from './checks.ts';
import type { Actor, AskedOf, Film } from './films.ts';
import { converted, fittedSynthesiser } from './imitation.ts';
import { injectedFile } from './injected-file.ts';
import { throughLoudspeaker } from './playback.ts';
import { screenReplay } from './screen.ts';
import { findWords, placed, spliced, type TakenApart } from './splice.ts';
import { stillPhoto, stillPhotoTricks } from './still-photo.ts';
import type { Talker } from './talkers.ts';

/** The rows of the attack table. */
export const attackRows = [
  'still-photo',
  'animated-still',
  'screen-replay',
  'spliced-digits',
  'converted-voice',
  'synthesised-voice',
  'moving-face-other-sound',
  'injected-file',
] as const;
export type AttackRow = (typeof attackRows)[number];

/** One presentation and what became of it; `fault` is null where it was taken for live. */
export interface Presentation {
  readonly row: AttackRow | 'genuine';
  /** How it was done. */
  readonly variant: string;
  /** Which checks it had to pass. */
  readonly checks: string;
  readonly fault: string | null;
}

interface Injection {
  readonly asked: AskedOf;
  readonly actor: Actor;
  readonly random: Random;
  readonly add: (row: AttackRow, variant: string, film: Film, known?: Enrolled) => Promise<void>;
  readonly enrolled: Enrolled;
}

/** Makes presentations and puts them before the checks. The same seed makes the same ones. */
export class AttackRange {
  readonly #checks: Checks;
  readonly #seed: number;

  constructor(checks: Checks, seed: number) {
    this.#checks = checks;
    this.#seed = seed;
  }

  /** The voice alone, with whatever face: digits cut together from what was said here, and elsewhere. */
  async voices(talker: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('attacks', this.#seed, talker.name);
    const enrolment = await utterancesOf(talker, random);
    const enrolled = await this.#checks.enrol(enrolment);
    const before = await saidBefore(talker, random, 8);
    const known = await this.#checks.remembering(enrolled, before);
    const apart = await this.#takenApart(before);
    const made: Presentation[] = [];
    const checks = 'digits, freshness';
    for (let round = 0; round < rounds; round++) {
      const asked = ask(random, { turn: null });
      const fault = (sound: Float32Array, of: Enrolled = known) =>
        this.#checks.fault({ sound }, asked, { known: of, voice: false });
      const genuine = await talker.say(asked.digits, { before: false, take: round });
      made.push({ row: 'genuine', variant: 'says the digits', checks, fault: await fault(genuine) });
      const words = findWords(asked.digits, apart, random);
      if (!words) continue;
      for (const filled of [true, false]) {
        const sound = spliced(placed(words, random), { filled });
        const pauses = filled ? '' : ', silent pauses';
        const add = async (variant: string, heard: Float32Array, of: Enrolled) =>
          made.push({
            row: 'spliced-digits',
            variant: `${variant}${pauses}`,
            checks,
            fault: await fault(heard, of),
          });
        await add('from answers given here', sound, known);
        await add('from answers given here, loudspeaker', throughLoudspeaker(sound, random), known);
        await add('from recordings made elsewhere', sound, enrolled);
        await add('from recordings made elsewhere, loudspeaker', throughLoudspeaker(sound, random), enrolled);
      }
    }
    return made;
  }

  /**
   * The right digits in a voice that is made to be taken for the person's, by a synthesiser and out of
   * another's speech, with a face that says as much as a face can. The attacker has three recordings of the person.
   */
  async imitations(talker: Talker, other: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('imitations', this.#seed, talker.name);
    const known = await this.#checks.enrol(await utterancesOf(talker, random));
    const stolen: Float32Array[] = [];
    for (let take = 0; take < 3; take++)
      stolen.push(await talker.say(drawDigits(random, 4), { before: false, take: 8000 + take }));
    const synthesise = await fittedSynthesiser(stolen, (waveform) => this.#checks.embed(waveform));
    const made: Presentation[] = [];
    const checks = 'digits, freshness, voice';
    for (let round = 0; round < rounds; round++) {
      const asked = ask(random, { turn: null });
      const add = async (row: Presentation['row'], variant: string, sound: Float32Array) => {
        const fault = await this.#checks.fault({ sound }, asked, { known, voice: true });
        made.push({ row, variant, checks, fault });
      };
      const take = { before: false, take: round };
      await add('genuine', 'says the digits, whose voice it is counts', await talker.say(asked.digits, take));
      const synthetic = synthesise(asked.digits, random);
      await add('synthesised-voice', 'fitted to three recordings', synthetic);
      await add('synthesised-voice', 'the same, loudspeaker', throughLoudspeaker(synthetic, random));
      const foreign = await other.say(asked.digits, take);
      await add('converted-voice', 'another’s voice as it is', foreign);
      const turned = converted(foreign, stolen);
      await add('converted-voice', 'another’s voice converted', turned);
      await add('converted-voice', 'the same, loudspeaker', throughLoudspeaker(turned, random));
    }
    return made;
  }

  /** Face and voice of people in front of a camera; the voice is always the person’s own, fresh and right. */
  async answers(actor: Actor, talker: Talker, rounds: number): Promise<Presentation[]> {
    const random = new Random('answers', this.#seed, actor.name);
    const enrolled = await this.#checks.enrol(await utterancesOf(talker, random));
    const bytes = await actor.photograph(3);
    const photograph = { bytes, face: await this.#checks.faceOf(bytes) };
    const made: Presentation[] = [];
    for (let round = 0; round < rounds; round++)
      for (const turn of [random.pick<Turn>(['left', 'right']), null]) {
        const checks = `digits, freshness, lips${turn ? ', head, depth' : ''}`;
        const how = turn ? '' : ', no turn asked';
        const asked = ask(random, { turn });
        const genuine = await actor.answer(asked, 2 * round);
        const earlierAsked = ask(random, { turn: random.pick<Turn>(['left', 'right']) });
        const earlier = await actor.answer(earlierAsked, 2 * round + 1000);
        const add = async (
          row: Presentation['row'],
          variant: string,
          film: Film,
          known: Enrolled = enrolled,
        ) => {
          const fault = await this.#checks.fault(film, asked, { known, voice: false });
          made.push({ row, variant: variant + how, checks, fault });
        };
        await add('genuine', 'turns and says the digits', genuine);
        const { times, sound } = genuine;
        for (const trick of stillPhotoTricks) {
          if (turn === null && trick.endsWith('turned')) continue;
          const frames = await stillPhoto(bytes, { times, turn, trick }, random);
          await add('still-photo', trick, { ...genuine, frames });
        }
        for (const trick of animatedStillTricks) {
          if (turn === null && trick !== 'facing') continue;
          const frames = await animatedStill(photograph, { sound, times, turn, trick }, random);
          await add('animated-still', trick, { ...genuine, frames });
        }
        const shown = { ...earlier, frames: await screenReplay(earlier, random) };
        await add('screen-replay', 'an earlier answer with its sound', shown);
        await add('screen-replay', 'an earlier answer, the right words spoken', { ...shown, sound });
        await add('moving-face-other-sound', 'an earlier answer, the right words', { ...earlier, sound });
        await this.#injected({ asked, actor, random, add, enrolled });
      }
    return made;
  }

  /** Cut together from one film that holds every digit, and the turn: of an answer given here, and made elsewhere. */
  async #injected({ asked, actor, random, add, enrolled }: Injection): Promise<void> {
    const digits = random.shuffle([...'0123456789']).join('');
    const turn = asked.turn ?? random.pick<Turn>(['left', 'right']);
    const film = await actor.answer({ digits, turn }, 5000 + random.below(1000));
    const taken = await this.#checks.apart({ digits, sound: film.sound });
    const found = taken && findWords(asked.digits, [taken], random);
    if (!found) return;
    const words = placed(found, random).map((word) => ({ ...word, film }));
    const sound = spliced(words, { filled: true });
    const times = film.times.filter((time) => time < 0);
    for (let at = 0; at < (sound.length / SAMPLE_RATE) * 1000; at += 120) times.push(at);
    const injected = { sound, times, frames: await injectedFile(words, { times }, random) };
    await add('injected-file', 'cut to the digits, a film made elsewhere', injected);
    const known = await this.#checks.remembering(enrolled, [{ digits, sound: film.sound }]);
    await add('injected-file', 'cut to the digits, an answer given here', injected, known);
  }

  /** Films of people who say a sentence: nothing is asked, only lips and sound are compared. */
  async films(films: readonly Film[]): Promise<Presentation[]> {
    const made: Presentation[] = [];
    const add = async (row: Presentation['row'], variant: string, film: Film) =>
      made.push({ row, variant, checks: 'lips', fault: await this.#checks.lipsFault(film) });
    for (const [index, film] of films.entries()) {
      await add('genuine', 'speaks a sentence', film);
      const random = new Random('films', this.#seed, index);
      for (const picture of [0.2, 0.5, 0.8]) {
        const photograph = film.frames[Math.floor(film.frames.length * picture)];
        if (!photograph) continue;
        const { times, sound } = film;
        const held = await stillPhoto(photograph, { times, turn: null, trick: 'held' }, random);
        await add('still-photo', 'held, right sentence', { ...film, frames: held });
        const still = { bytes: photograph, face: await this.#checks.faceOf(photograph) };
        const frames = await animatedStill(still, { sound, times, turn: null, trick: 'facing' }, random);
        await add('animated-still', 'facing, right sentence', { ...film, frames });
      }
      for (const other of films)
        if (other !== film)
          await add('moving-face-other-sound', 'sentence of somebody else', { ...film, sound: other.sound });
    }
    return made;
  }

  async #takenApart(utterances: readonly Utterance[]): Promise<TakenApart[]> {
    const apart: TakenApart[] = [];
    for (const utterance of utterances) {
      const taken = await this.#checks.apart(utterance);
      if (taken) apart.push(taken);
    }
    return apart;
  }
}

function ask(random: Random, { turn }: { turn: Turn | null }): AskedOf {
  return { digits: drawDigits(random, turn ? 4 : 6), turn };
}

function drawDigits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}

/** Three of five digits that cover all ten. */
async function utterancesOf(talker: Talker, random: Random): Promise<readonly Utterance[]> {
  const all = [...random.shuffle([...'0123456789']), ...random.shuffle([...'0123456789']).slice(0, 5)];
  const utterances: Utterance[] = [];
  for (let take = 0; take < 3; take++) {
    const digits = all.slice(take * 5, take * 5 + 5).join('');
    utterances.push({ digits, sound: await talker.say(digits, { before: true, take }) });
  }
  return utterances;
}

/** Answers of days before, in which every digit comes. */
async function saidBefore(talker: Talker, random: Random, count: number): Promise<readonly Utterance[]> {
  const digits = random.shuffle([...'01234567890123456789']).join('') + drawDigits(random, count * 4 - 20);
  const utterances: Utterance[] = [];
  for (let take = 0; take < count; take++) {
    const said = digits.slice(take * 4, take * 4 + 4);
    utterances.push({ digits: said, sound: await talker.say(said, { before: true, take: 100 + take }) });
  }
  return utterances;
}
