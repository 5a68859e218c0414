import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Network } from '@visavox/serving/onnx-network';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { publishedBundle } from '../bundle.ts';
import { faceAlignmentOf, propertiesOf } from '../bundle-parts.ts';
import type { FaceAlignment } from '../face-finding/face-alignment.ts';
import { networksFolder } from '../setup-folder.ts';
import { Signals } from '../signals/signals.ts';
import { microphoneLoop, mjpeg, syntheticPerson } from './person.ts';

const people = [0, 1, 2, 3, 4, 5].map((index) => syntheticPerson(1, index));
const texts = ['47190', '28356', '90413'];

let signals: Signals;
let alignment: FaceAlignment;
let networks: { face: Network; voice: Network };
beforeAll(async () => {
  const folder = networksFolder();
  const files = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.onnx'))
      .map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
  const { manifest } = await publishedBundle(folder);
  alignment = faceAlignmentOf(propertiesOf(manifest));
  signals = await Signals.load(files, { faceAlignment: alignment });
  networks = {
    face: await Network.load(files, 'face-backbone.onnx'),
    voice: await Network.load(files, 'voice-backbone.onnx'),
  };
});

describe('a synthetic person', () => {
  test('is the same person every time, photographed anew with every variation', async () => {
    const [ada, again] = [syntheticPerson(7, 3), syntheticPerson(7, 3)];
    expect(Buffer.from(await ada.face(0)).equals(await again.face(0))).toBe(true);
    expect(Buffer.from(await ada.face(0)).equals(await ada.face(1))).toBe(false);
    expect(Buffer.from(ada.utterance('12', 0)).equals(again.utterance('12', 0))).toBe(true);
    expect(Buffer.from(ada.utterance('12', 0)).equals(ada.utterance('12', 1))).toBe(false);
  });

  test('has a face that the networks find and tell from others', async () => {
    const features = await Promise.all(
      people.map((person) =>
        Promise.all(
          [0, 1, 2].map(async (variation) => {
            const { crop } = await signals.captureFace(await person.face(variation));
            return networks.face.map(Float32Array.from(crop), [1, alignment.canvas, alignment.canvas, 3]);
          }),
        ),
      ),
    );
    expectToTellApart(features);
  });

  test('has a voice that is taken for speech and told from others', async () => {
    const features = await Promise.all(
      people.map((person) =>
        Promise.all(
          texts.map(async (digits, variation) => {
            const { waveform } = await signals.captureVoice(person.utterance(digits, variation));
            return networks.voice.map(waveform, [1, waveform.length]);
          }),
        ),
      ),
    );
    expectToTellApart(features);
  });

  test('can be recorded badly', async () => {
    const person = people[0]!;
    const size = await sharp(await person.face(0, { conditions: ['low-resolution'] })).metadata();
    expect(size).toMatchObject({ width: 240, height: 240 });
    await expect(signals.captureFace(await person.face(0, { conditions: ['dim'] }))).resolves.toMatchObject({
      quality: { eyeMouthPixels: expect.any(Number) },
    });
    const line = await signals.captureVoice(person.utterance('4719', 0, { conditions: ['telephone'] }));
    expect(line.quality.speechSeconds).toBeGreaterThan(1);
  });

  test('can sit in front of a fake camera and microphone', async () => {
    const film = await mjpeg(people[1]!, 0.4);
    const first = film.subarray(0, film.indexOf(0xd9, indexOfEnd(film)) + 1);
    expect(await sharp(first).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
    const loop = microphoneLoop(people[1]!, '4719', 5);
    expect(loop.length).toBeGreaterThan(5 * 16_000 * 2);
  });
});

/** Recordings of one person are nearer to each other than recordings of two, in nearly every comparison. */
function expectToTellApart(features: readonly (readonly Float32Array[])[]): void {
  const genuine: number[] = [];
  const impostor: number[] = [];
  features.forEach((own, person) => {
    own.forEach((a, i) => {
      for (const b of own.slice(i + 1)) genuine.push(cosine(a, b));
      for (const other of features.slice(person + 1)) for (const b of other) impostor.push(cosine(a, b));
    });
  });
  const threshold = [...genuine].sort((a, b) => a - b)[Math.floor(genuine.length * 0.1)]!;
  expect(impostor.filter((score) => score >= threshold).length / impostor.length).toBeLessThan(0.1);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Where the first JPEG's end marker (FF D9) begins. */
function indexOfEnd(film: Uint8Array): number {
  return Buffer.from(film).indexOf(Buffer.from([0xff, 0xd9]));
}
