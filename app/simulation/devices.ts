import { type Camera, throughCamera } from '@visavox/recognition/augmentation/camera';
import { throughChannel, type VoiceChannel } from '@visavox/recognition/augmentation/voice-channel';
import { type Line, overLine } from '@visavox/recognition/evaluation/lines';
import { decodeAudio } from '@visavox/recognition/signals/audio';
import { Random } from '@visavox/recognition/synthetic/random';
import { wav } from '@visavox/recognition/synthetic/wav';
import sharp from 'sharp';
import type { Identity } from './identity.ts';

const sampleRate = 16_000;

/** What a voice can come over: the device of somebody, and what it makes of a recording of theirs. */
const devices = { telephone, codecs: codec, 'far-field': farField } as const;
export type VoiceDevice = keyof typeof devices;
export const voiceDevices = Object.keys(devices) as readonly VoiceDevice[];

/** Another device for somebody: what is recorded goes through it. Equal seeds give equal recordings. */
export function overDevices(
  identity: Identity,
  { face, voice, seed }: { face: boolean; voice: VoiceDevice | null; seed: number },
): Identity {
  const image = face
    ? (bytes: Uint8Array, take: string) => dimCamera(bytes, identity.name, take, seed)
    : same;
  const sound = voice
    ? (bytes: Uint8Array, take: string) => devices[voice](bytes, identity.name, take, seed)
    : same;
  const { answer, enrolment } = identity;
  const through = (images: readonly Uint8Array[], what: string) =>
    Promise.all(images.map((bytes, index) => image(bytes, `${what} ${index}`)));
  return {
    name: identity.name,
    async *enrolmentFaces() {
      let take = 0;
      for await (const bytes of identity.enrolmentFaces()) yield await image(bytes, `enrolment ${take++}`);
    },
    async *enrolmentVoices() {
      let take = 0;
      for await (const bytes of identity.enrolmentVoices()) yield await sound(bytes, `enrolment ${take++}`);
    },
    faces: async (occasion) =>
      Promise.all(
        (await identity.faces(occasion)).map((bytes, index) => image(bytes, `${occasion} ${index}`)),
      ),
    speak: async (digits, occasion) => sound(await identity.speak(digits, occasion), `${occasion}`),
    ...(answer && {
      answer: async (asked, occasion) => {
        const { faces, voice, frames, times } = await answer(asked, occasion);
        return {
          faces: await through(faces, `face ${occasion}`),
          voice: await sound(voice, `answer ${occasion}`),
          frames: await through(frames, `frame ${occasion}`),
          times,
        };
      },
    }),
    ...(enrolment && {
      enrolment: async (asked, take) => {
        const { faces, voices, frames, times } = await enrolment(asked, take);
        const heard = voices.map((bytes, index) => sound(bytes, `prompt ${take} ${index}`));
        return {
          faces: await through(faces, `enrolled ${take}`),
          voices: await Promise.all(heard),
          frames: await through(frames, `turning ${take}`),
          times,
        };
      },
    }),
  };
}

const same = async (bytes: Uint8Array) => bytes;

/** A person's telephone has one codec and one line; the noise around it is another one at each call. */
async function telephone(bytes: Uint8Array, who: string, take: string, seed: number): Promise<Uint8Array> {
  const own = new Random('telephone', seed, who);
  const call = new Random('call', seed, who, take);
  const channel: VoiceChannel = {
    line: {
      low: own.between(280, 320),
      high: own.between(3300, 3450),
      codec: own.next() < 0.7 ? 'mu-law' : 'adaptive',
    },
    noise: { snrDb: call.between(16, 30), colour: 0.9 },
    gainDb: call.between(-6, 0),
  };
  return wav(throughChannel(await decodeAudio(bytes), channel, call), sampleRate);
}

/** Not the families alone that trainings imitate: real coders, each person's own. */
const CODECS: readonly Line[] = [
  'g711-a',
  'g722',
  'g726-16k',
  'gsm',
  'opus-6k',
  'opus-12k',
  'speex-8k',
  'mp3-16k',
  'aac-24k',
];

/** A person's messenger or telephone has one codec. */
async function codec(bytes: Uint8Array, who: string, _take: string, seed: number): Promise<Uint8Array> {
  const own = new Random('codec', seed, who);
  const line = CODECS[Math.floor(own.next() * CODECS.length)] ?? 'gsm';
  return wav(await overLine(await decodeAudio(bytes), line), sampleRate);
}

/** Two to four metres from the microphone, in a room of their own, with its noise. */
async function farField(bytes: Uint8Array, who: string, take: string, seed: number): Promise<Uint8Array> {
  const [own, call] = [new Random('room', seed, who), new Random('far', seed, who, take)];
  const channel: VoiceChannel = {
    room: { decaySeconds: own.between(0.3, 0.7), power: own.between(0.5, 1.5) },
    noise: { snrDb: call.between(8, 18), colour: 0.9 },
    gainDb: call.between(-12, -6),
  };
  return wav(throughChannel(await decodeAudio(bytes), channel, call), sampleRate);
}

/** A door's camera at night: grey, small, noisy. */
async function dimCamera(bytes: Uint8Array, who: string, take: string, seed: number): Promise<Uint8Array> {
  const own = new Random('camera', seed, who);
  const shot = new Random('shot', seed, who, take);
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const side = Math.max(width, height);
  const camera: Camera = {
    // The same sensor for everyone, whatever the picture was taken with.
    resolution: Math.min(1, (own.between(0.5, 0.6) * 250) / Math.min(side, 250)) * Math.min(1, 250 / side),
    light: shot.between(0.15, 0.3),
    noise: own.between(3, 6),
    grey: true,
  };
  const taken = await throughCamera({ width, height, data }, camera, shot);
  return new Uint8Array(
    await sharp(taken.data, { raw: { width: taken.width, height: taken.height, channels: 3 } })
      .jpeg({ quality: 75 })
      .toBuffer(),
  );
}
