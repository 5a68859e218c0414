import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from './image.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4080c0' } });

test.each(['jpeg', 'png', 'webp'] as const)('%s is decoded to RGB', async (format) => {
  const image = await decodeImage(await picture(40, 30).toFormat(format).toBuffer());
  expect([image.width, image.height, image.scale]).toEqual([40, 30, 1]);
  expect([...image.data.subarray(0, 3)].map((value) => Math.round(value / 8) * 8)).toEqual([64, 128, 192]);
});

test('grey and transparent pictures are RGB too', async () => {
  const grey = await decodeImage(await picture(20, 20).greyscale().png().toBuffer());
  expect(grey.data.length).toBe(20 * 20 * 3);
  const transparent = await decodeImage(await picture(20, 20).ensureAlpha(0).png().toBuffer());
  expect(transparent.data.length).toBe(20 * 20 * 3);
});

test('a picture taken with the camera on its side is turned upright', async () => {
  const image = await decodeImage(await picture(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer());
  expect([image.width, image.height]).toEqual([30, 40]);
});

test('a large picture is worked on at a smaller scale', async () => {
  const image = await decodeImage(await picture(2880, 1440).jpeg().toBuffer());
  expect([image.width, image.height, image.scale]).toEqual([960, 480, 3]);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['a PDF', new TextEncoder().encode('%PDF-1.7 and so on')],
  [
    'an SVG, which could refer to files',
    new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  ],
  ['a JPEG that has only its first bytes', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16)],
])('%s is no image', async (_, bytes) => {
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'image_unreadable', kind: 'invalid' });
});

test('half a JPEG is no image', async () => {
  const noise = sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  });
  const bytes = await noise.jpeg().toBuffer();
  await expect(decodeImage(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({
    code: 'image_unreadable',
  });
});

test('more than 10 MB or 40 megapixels is too large, and is not decoded', async () => {
  await expect(decodeImage(new Uint8Array(11 * 1024 * 1024))).rejects.toMatchObject({
    code: 'image_too_large',
  });
  const bomb = await picture(8000, 6000).png({ compressionLevel: 9 }).toBuffer();
  await expect(decodeImage(bomb)).rejects.toMatchObject({ code: 'image_too_large', kind: 'too-large' });
});
