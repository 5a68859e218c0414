import { publishedBundle } from '@visavox/recognition/bundle';
import { FaceDetector } from '@visavox/recognition/face-finding/face-detector';
import { FaceFinder } from '@visavox/recognition/face-finding/face-finder';
import { FaceMesh } from '@visavox/recognition/face-finding/face-mesh';
import { Pyramid } from '@visavox/recognition/face-finding/sampling';
import { networksFolder } from '@visavox/recognition/setup-folder';
import { decodeImage } from '@visavox/recognition/signals/image';
import { loadImageNetwork } from '@visavox/recognition/signals/image-networks';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { Sitting } from '@visavox/recognition/synthetic/sitting';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guidanceFor } from '../guidance.ts';
import { lookOf, type SeenFace } from './face-look.ts';

const size = { width: 360, height: 480 };
let finder: FaceFinder;

beforeAll(async () => {
  const { files } = await publishedBundle(networksFolder());
  finder = new FaceFinder(
    new FaceDetector(await loadImageNetwork(files, 'face-detector.onnx')),
    new FaceMesh(await loadImageNetwork(files, 'face-mesh.onnx')),
  );
});
afterAll(() => finder.release());

async function look(image: Uint8Array) {
  const pyramid = new Pyramid(await decodeImage(image));
  return lookOf(await finder.find(pyramid), pyramid);
}

const person = (yaw = 0) =>
  new Sitting(syntheticPerson(4600, 0), 1, { size }).photograph({ take: 1, yaw, size });
const grey = () => sharp({ create: { ...size, channels: 3, background: '#777' } });
async function moved(image: Uint8Array, by: number) {
  const left = Math.max(0, -by);
  const part = await sharp(image)
    .extract({ left, top: 0, width: size.width - Math.abs(by), height: size.height })
    .toBuffer();
  return grey()
    .composite([{ input: part, left: Math.max(0, by), top: 0 }])
    .jpeg()
    .toBuffer();
}

it('tells where a face is, how large, and to which side it turns', async () => {
  const straight = (await look(await person())) as SeenFace;
  expect(straight).toMatchObject({ kind: 'face', hints: [] });
  expect(straight.place?.x).toBeCloseTo(0.5, 1);
  expect(straight.eyeMouth).toBeGreaterThan(0.15);
  const [left, right] = [await look(await person(0.42)), await look(await person(-0.42))] as [
    SeenFace,
    SeenFace,
  ];
  expect(left.yaw).toBeGreaterThan(straight.yaw + 15);
  expect(right.yaw).toBeLessThan(straight.yaw - 15);
});

it('leads a person who sits aside back into the oval, as the person sees it', async () => {
  const image = await person();
  expect(guidanceFor(await look(await moved(image, 90)), null).direction).toBe('right');
  expect(guidanceFor(await look(await moved(image, -90)), null).direction).toBe('left');
});

it('says what is wrong with the light, and where nobody or more than one is', async () => {
  const dark = await sharp(await person())
    .linear(0.25, 0)
    .jpeg()
    .toBuffer();
  expect(((await look(dark)) as SeenFace).hints).toContain('too_dark');
  expect(await look(await grey().jpeg().toBuffer())).toEqual({ kind: 'fault', code: 'no_face' });
  const half = await sharp(await person())
    .resize(180, 240)
    .toBuffer();
  const both = await grey()
    .composite([
      { input: half, left: 0, top: 120 },
      { input: half, left: 180, top: 120 },
    ])
    .jpeg()
    .toBuffer();
  expect(await look(both)).toEqual({ kind: 'fault', code: 'several_faces' });
});
