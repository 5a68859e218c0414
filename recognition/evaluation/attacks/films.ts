import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAudio } from '../../signals/audio.ts';
import type { Turn } from '../../signals/head.ts';
import { type SyntheticPerson, syntheticPerson } from '../../synthetic/person.ts';
import { Sitting } from '../../synthetic/sitting.ts';

/** A face with its sound. Times in milliseconds from the beginning of the sound. */
export interface Film {
  readonly frames: readonly Uint8Array[];
  readonly times: readonly number[];
  readonly sound: Float32Array;
}

/** What a challenge asks for. */
export interface AskedOf {
  readonly digits: string;
  readonly turn: Turn | null;
}

/** Somebody who answers in front of a camera. */
export interface Actor {
  readonly name: string;
  /** As a network of friends has it: from another day. */
  photograph(variation: number): Promise<Uint8Array>;
  /** Another session is another day. */
  answer(asked: AskedOf, session: number): Promise<Film>;
}

export function syntheticActor(seed: number, index: number): Actor {
  const person: SyntheticPerson = syntheticPerson(seed, index);
  return {
    name: person.name,
    photograph: (variation) => person.face(variation, { width: 480, height: 480 }),
    async answer({ digits, turn }, session) {
      const sitting = new Sitting(person, session);
      const { frames, times, voice } = await sitting.answer(digits, { turn, take: 0 });
      return { frames, times, sound: await decodeAudio(voice) };
    },
  };
}

const framesPerSecond = 12.5;

/** `ROOT/audiovisual/CORPUS/CLIP/NN.mpg` with `NN.flac`: real people who say one sentence each. Null without ffmpeg. */
export async function recordedFilms(root: string): Promise<readonly Film[] | null> {
  const folder = join(root, 'audiovisual');
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const films: Film[] = [];
  for (const name of names.filter((file) => file.endsWith('.mpg')).sort()) {
    const frames = await framesOf(join(folder, name));
    if (!frames) return null;
    const sound = await decodeAudio(
      new Uint8Array(await readFile(join(folder, name.replace(/mpg$/, 'flac')))),
    );
    films.push({ frames, times: frames.map((_, index) => (index * 1000) / framesPerSecond), sound });
  }
  return films;
}

async function framesOf(film: string): Promise<Uint8Array[] | null> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-film-'));
  try {
    const filter = `fps=${framesPerSecond}`;
    const args = ['-loglevel', 'error', '-i', film, '-vf', filter, '-q:v', '3', join(folder, '%03d.jpg')];
    const code = await new Promise<number | null>((done) => {
      spawn('ffmpeg', args, { stdio: 'ignore' })
        .on('error', () => done(null))
        .on('close', done);
    });
    if (code !== 0) return null;
    const files = (await readdir(folder)).sort();
    return await Promise.all(files.map(async (file) => new Uint8Array(await readFile(join(folder, file)))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
