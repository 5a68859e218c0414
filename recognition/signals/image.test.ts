import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { ofBrand, pngOfSize } from './hostile-recordings.test-support.ts';
import { decodeImage, readImageSize } from './image.ts';
import { sizeOfJpeg } from './image-format.ts';

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

test.each<[string, (image: Sharp) => Sharp]>([
  ['a baseline', (image) => image.jpeg()],
  ['a progressive', (image) => image.jpeg({ progressive: true })],
  ['a finely sampled', (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })],
  ['a turned', (image) => image.withMetadata({ orientation: 6 }).jpeg()],
])('the header of %s JPEG has the size that a decoder reads', async (_, encode) => {
  const bytes = await encode(picture(417, 203)).toBuffer();
  const { width, height } = await sharp(bytes).metadata();
  expect(sizeOfJpeg(bytes)).toEqual({ width, height });
});

test('a header that is not what it should be is left to a decoder', async () => {
  const bytes = await picture(40, 30).jpeg().toBuffer();
  for (let length = 0; length < bytes.length; length += 7) {
    const size = sizeOfJpeg(bytes.subarray(0, length));
    if (size) expect(size).toEqual({ width: 40, height: 30 });
  }
  const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xff]), bytes.subarray(3)]);
  expect(sizeOfJpeg(filled)).toBeUndefined();
  expect(await readImageSize(filled)).toEqual({ width: 40, height: 30 });
});

/** Red, green, blue and grey, each in a quarter. */
async function quarters() {
  const tile = (background: string) =>
    sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .png()
      .toBuffer();
  const colours = ['#c02020', '#20c020', '#2020c0', '#909090'];
  return sharp({ create: { width: 80, height: 60, channels: 3, background: '#000' } }).composite(
    await Promise.all(
      colours.map(async (colour, index) => ({
        input: await tile(colour),
        left: (index % 2) * 40,
        top: Math.floor(index / 2) * 30,
      })),
    ),
  );
}

/** The colours of the quarters, roughly: no codec is expected to be exact. */
function corners({ data, width, height }: Awaited<ReturnType<typeof decodeImage>>): number[][] {
  const at = (x: number, y: number) => {
    const pixel = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return [...data.subarray(pixel, pixel + 3)].map((value) => Math.round(value / 48));
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i of a camera is undone', async (orientation) => {
  const upright = await (await quarters()).png().toBuffer();
  // What the sensor sees when the camera is held so that the tag undoes it.
  const turns: Record<number, (image: Sharp) => Sharp> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    5: (image) => image.rotate(270).flop(),
    6: (image) => image.rotate(270),
    7: (image) => image.rotate(90).flop(),
    8: (image) => image.rotate(90),
  };
  const turned = await turns[orientation]!(sharp(upright)).png().toBuffer();
  const tagged = await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
  const image = await decodeImage(tagged);
  expect([image.width, image.height]).toEqual([80, 60]);
  expect(corners(image)).toEqual(corners(await decodeImage(upright)));
});

test.each<[string, (image: Sharp) => Promise<Uint8Array>]>([
  ['CMYK, as printers have it', (image) => image.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()],
  ['16 bits a channel', (image) => image.toColourspace('rgb16').png().toBuffer()],
  ['a palette', (image) => image.png({ palette: true }).toBuffer()],
  ['Display P3', (image) => image.withIccProfile('p3').png().toBuffer()],
])('%s is shown in the same colours', async (_, encode) => {
  const plain = await decodeImage(await (await quarters()).png().toBuffer());
  const image = await decodeImage(await encode(sharp(await (await quarters()).png().toBuffer())));
  expect(
    corners(image)
      .flat()
      .every((value, index) => Math.abs(value - corners(plain).flat()[index]!) <= 1),
  ).toBe(true);
});

test('an animation is its first picture', async () => {
  const frames = await Promise.all(
    ['#c02020', '#2020c0'].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animated = await sharp(frames, { join: { animated: true } })
    .webp({ loop: 0, lossless: true })
    .toBuffer();
  const image = await decodeImage(animated);
  expect([image.width, image.height, ...image.data.subarray(0, 3)]).toEqual([40, 30, 0xc0, 0x20, 0x20]);
});

test.each([
  [1, 1],
  [12_000, 1],
  [1, 12_000],
])('%i x %i pixels are an image, if an odd one', async (width, height) => {
  const image = await decodeImage(await picture(width, height).png().toBuffer());
  expect(image.data.length).toBe(image.width * image.height * 3);
  expect(Math.max(image.width, image.height)).toBeLessThanOrEqual(960);
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

test.each(['jpeg', 'png', 'webp'] as const)('half a %s is no image', async (format) => {
  const noise = sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  });
  const bytes = await noise.toFormat(format).toBuffer();
  await expect(decodeImage(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({
    code: 'image_unreadable',
  });
});

test('a JPEG is whole but for its last two bytes, and read', async () => {
  const whole = await (await quarters()).jpeg().toBuffer();
  const image = await decodeImage(whole.subarray(0, -2));
  expect(corners(image)).toEqual(corners(await decodeImage(whole)));
  for (const missing of [40, 400])
    await expect(decodeImage(whole.subarray(0, -missing))).rejects.toMatchObject({
      code: 'image_unreadable',
    });
});

test.each(['heic', 'mif1'])('what iPhones keep (%s) is refused by its name', async (brand) => {
  await expect(decodeImage(ofBrand(brand))).rejects.toMatchObject({
    code: 'heic_unsupported',
    action: expect.stringContaining('JPEG'),
  });
});

test.each([
  [1, 39_999_999],
  [39_999_999, 1],
  [12_001, 2],
])('an image of %i x %i pixels is too long', async (width, height) => {
  const refused = decodeImage(pngOfSize(width, height));
  await expect(refused).rejects.toMatchObject({ code: 'image_too_large', details: { width, height } });
});

test('more than 10 MB or 40 megapixels is too large, and is not decoded', async () => {
  await expect(decodeImage(new Uint8Array(11 * 1024 * 1024))).rejects.toMatchObject({
    code: 'image_too_large',
  });
  const bomb = pngOfSize(20_000, 20_000);
  await expect(decodeImage(bomb)).rejects.toMatchObject({ code: 'image_too_large', kind: 'too-large' });
});
