import { SystemError } from '@visavox/core/errors';
import { publishedBundle } from '@visavox/recognition/bundle';
import { animatedStill } from '@visavox/recognition/evaluation/attacks/animated-still';
import { Checks } from '@visavox/recognition/evaluation/attacks/checks';
import type { Film } from '@visavox/recognition/evaluation/attacks/films';
import { converted, fittedSynthesiser } from '@visavox/recognition/evaluation/attacks/imitation';
import { injectedFile } from '@visavox/recognition/evaluation/attacks/injected-file';
import { screenReplay } from '@visavox/recognition/evaluation/attacks/screen';
import { findWords, placed, spliced } from '@visavox/recognition/evaluation/attacks/splice';
import { stillPhoto } from '@visavox/recognition/evaluation/attacks/still-photo';
import { Recogniser } from '@visavox/recognition/recogniser';
import { networksFolder } from '@visavox/recognition/setup-folder';
import { decodeAudio, SAMPLE_RATE } from '@visavox/recognition/signals/audio';
import { Random } from '@visavox/recognition/synthetic/random';
import { Sitting } from '@visavox/recognition/synthetic/sitting';
import { wav } from '@visavox/recognition/synthetic/wav';
import { type Actor, type Challenge, isLetIn, type Sent } from '../actor.ts';
import type { Row, Stage } from '../row.ts';
import { victimOf } from '../victim.ts';

const victims = 3;
/** Fewer than make the name wait. */
const triesEach = 2;

/** What an attacker has: a photograph, recordings and films of the victim from elsewhere, and the published networks. */
class Loot {
  readonly victim: Actor;
  readonly random: Random;
  readonly #checks: Promise<Checks>;
  #take = 0;

  constructor(victim: Actor, row: string) {
    this.victim = victim;
    this.random = new Random('attacker', row, victim.name);
    this.#checks = checks();
  }

  /** Of another day, with another camera. */
  photograph(): Promise<Uint8Array> {
    return this.victim.person.face(40 + this.#next(), { width: 480, height: 480 });
  }

  async film(digits: string, turn: Challenge['turn']): Promise<Film> {
    const sitting = new Sitting(this.victim.person, 900 + this.#next());
    const { frames, times, voice } = await sitting.answer(digits, { turn, take: 0 });
    return { frames, times, sound: await decodeAudio(voice) };
  }

  /** The right digits, cut together from what the victim said elsewhere. */
  async splice(digits: string) {
    const said = this.random.shuffle([...'0123456789']).join('');
    const film = await this.film(said, this.random.pick(['left', 'right'] as const));
    const apart = await (await this.#checks).apart({ digits: said, sound: film.sound });
    const found = apart && findWords(digits, [apart], this.random);
    if (!found) throw new SystemError('the words of a recording were not found in it');
    const words = placed(found, this.random).map((word) => ({ ...word, film }));
    return { words, sound: spliced(words, { filled: true }) };
  }

  async recordings(): Promise<Float32Array[]> {
    const said = ['4071', '8325', '9604'].map((digits) =>
      this.victim.person.utterance(digits, 800 + this.#next()),
    );
    return Promise.all(said.map((recording) => decodeAudio(recording)));
  }

  async embed(waveform: Float32Array): Promise<Float32Array> {
    return (await this.#checks).embed(waveform);
  }

  async faceOf(bytes: Uint8Array) {
    return { bytes, face: await (await this.#checks).faceOf(bytes) };
  }

  #next(): number {
    this.#take += 1;
    return this.#take;
  }
}

let loaded: Promise<Checks> | undefined;
function checks(): Promise<Checks> {
  loaded ??= publishedBundle(networksFolder()).then(
    async ({ manifest, files }) => new Checks(await Recogniser.load(manifest, files)),
  );
  return loaded;
}

type Making = (loot: Loot, challenge: Challenge, stranger: Actor) => Promise<Film & { faces?: Uint8Array[] }>;

function row(attack: string, aim: string, index: number, make: Making): Row {
  return {
    attack,
    aim,
    async run(stage: Stage) {
      let [tries, successes] = [0, 0];
      for (let one = 0; one < victims; one++) {
        const address = `127.0.5.${10 * index + one + 1}`;
        const victim = await victimOf(stage, 300 + 10 * index + one, address);
        const loot = new Loot(victim, attack);
        const stranger = stage.actor(400 + 10 * index + one, { address: `127.0.6.${10 * index + one + 1}` });
        for (let time = 0; time < triesEach; time++) {
          const answer = await stranger.signIn(victim.name, async (challenge): Promise<Sent> => {
            const { frames, times, sound, faces } = await make(loot, challenge, stranger);
            const pictures = faces ?? [await loot.photograph(), await loot.photograph()];
            return { frames, times, faces: pictures, voice: wav(sound, SAMPLE_RATE) };
          });
          tries++;
          if (isLetIn(answer)) successes++;
        }
      }
      return { tries, successes };
    },
  };
}

/** Somebody who stands behind it and says what has to be said; the pictures are another's. */
async function spokenBy(actor: Actor, { digits, turn }: Challenge): Promise<Film> {
  const { frames, times, voice } = await actor.film({ digits, turn });
  return { frames, times, sound: await decodeAudio(voice) };
}

export const presentationRows: readonly Row[] = [
  row(
    'still-photo',
    'a photograph held before the camera, the right words spliced, is let in',
    0,
    async (loot, challenge, stranger) => {
      const { times } = await spokenBy(stranger, challenge);
      const trick = loot.random.pick(['held', 'turned', 'bent-and-turned'] as const);
      const photograph = await loot.photograph();
      const frames = await stillPhoto(photograph, { times, turn: challenge.turn, trick }, loot.random);
      return { frames, times, sound: (await loot.splice(challenge.digits)).sound, faces: [photograph] };
    },
  ),
  row(
    'animated-still',
    'a photograph whose mouth a program opens and whose head it turns is let in',
    1,
    async (loot, challenge) => {
      const { sound } = await loot.splice(challenge.digits);
      const { times } = await loot.film(challenge.digits, challenge.turn);
      const photograph = await loot.faceOf(await loot.photograph());
      const trick = loot.random.pick(['squeezed', 'shifted', 'modelled'] as const);
      const { turn } = challenge;
      const frames = await animatedStill(photograph, { sound, times, turn, trick }, loot.random);
      return { frames, times, sound };
    },
  ),
  row('screen-replay', 'a film of the person on a screen is let in', 2, async (loot, challenge) => {
    const film = await loot.film('5820', challenge.turn);
    return { ...film, frames: await screenReplay(film, loot.random) };
  }),
  row(
    'spliced-digits',
    'a film of the person that turned as asked, with spliced digits, is let in',
    3,
    async (loot, challenge) => {
      const film = await loot.film('5820', challenge.turn);
      return { ...film, sound: (await loot.splice(challenge.digits)).sound };
    },
  ),
  row(
    'converted-voice',
    'another’s voice, converted, beside a film of the person is let in',
    4,
    async (loot, challenge, stranger) => {
      const film = await loot.film(challenge.digits, challenge.turn);
      const { sound } = await spokenBy(stranger, challenge);
      return { ...film, sound: converted(sound, await loot.recordings()) };
    },
  ),
  row(
    'synthesised-voice',
    'a synthesised voice beside a film of the person is let in',
    5,
    async (loot, challenge) => {
      const film = await loot.film(challenge.digits, challenge.turn);
      const say = await fittedSynthesiser(await loot.recordings(), (waveform) => loot.embed(waveform));
      return { ...film, sound: say(challenge.digits, loot.random) };
    },
  ),
  row(
    'moving-face-other-sound',
    'the person’s moving face with other sound is let in',
    6,
    async (loot, challenge) => {
      const [seen, heard] = [
        await loot.film('5820', challenge.turn),
        await loot.film(challenge.digits, null),
      ];
      return { ...seen, sound: heard.sound };
    },
  ),
  row(
    'injected-file',
    'a film cut to the challenge, instead of a camera, is let in',
    7,
    async (loot, challenge) => {
      const { words, sound } = await loot.splice(challenge.digits);
      const times = words[0]?.film.times.filter((time) => time < 0) ?? [];
      for (let at = 0; at < (sound.length / SAMPLE_RATE) * 1000; at += 120) times.push(at);
      return { frames: await injectedFile(words, { times }, loot.random), times, sound };
    },
  ),
];
