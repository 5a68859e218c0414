import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from './decoder.ts';
import { pngOfSize, wav } from './hostile-recordings.test-support.ts';

/** What a decoder does, wherever it does it. */
export function decoderContract(
  name: string,
  open: () => Promise<{ decoder: Decoder; close(): Promise<void> }>,
): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let decoder: Decoder;
    beforeAll(async () => {
      opened = await open();
      decoder = opened.decoder;
    });
    afterAll(() => opened.close());

    it('reads a picture, shrunk to what is looked at', async () => {
      const picture = await flat(1920, 1200).png().toBuffer();
      const { width, height, scale, data } = await decoder.image(picture);
      expect({ width, height, scale, bytes: data.length }).toEqual({
        ...{ width: 960, height: 600, scale: 2, bytes: 960 * 600 * 3 },
      });
      expect([...data.subarray(0, 3)]).toEqual([0x40, 0x80, 0xc0]);
    });

    it('reads the pictures of a burst in their order, however many bytes they come to', async () => {
      const shades = Array.from({ length: 30 }, (_, index) => index * 8);
      const files = await Promise.all(shades.map((shade) => grey(shade, 960, 720)));
      const seen: number[] = [];
      for await (const { data } of decoder.images(files)) seen.push(data.at(-1) ?? -1);
      expect(seen).toEqual(shades);
      for await (const _ of decoder.images([])) throw new TypeError('nothing was sent');
    });

    it('ends a burst with the fault of the picture that is none, and goes on with other work', async () => {
      const good = await grey(9, 40, 30);
      const seen: number[] = [];
      const all = async () => {
        for await (const { width } of decoder.images([good, Uint8Array.of(1), good])) seen.push(width);
      };
      await expect(all()).rejects.toMatchObject({ code: 'image_unreadable', kind: 'invalid' });
      expect(seen).toEqual([40]);
      expect((await decoder.image(good)).height).toBe(30);
    });

    it('reads sound, whatever its format', async () => {
      const samples = await decoder.audio(wav({ rate: 8000, seconds: 1 }));
      expect(samples.length).toBe(16_000);
      const webm = await decoder.audio(await readFile(join(import.meta.dirname, 'tone.webm')));
      expect(webm.length / 16_000).toBeCloseTo(0.66, 2);
    });

    it('says of a file what is wrong with it', async () => {
      const image = (bytes: Uint8Array) => decoder.image(bytes);
      await expect(image(new Uint8Array())).rejects.toMatchObject({ code: 'image_unreadable' });
      const strip = image(pngOfSize(1, 39_999_999));
      await expect(strip).rejects.toMatchObject({ code: 'image_too_large', details: { height: 39_999_999 } });
      const long = decoder.audio(wav({ seconds: 61 }));
      await expect(long).rejects.toMatchObject({ code: 'audio_too_long', kind: 'too-large' });
    });

    it('reads a photograph of 40 megapixels, and many at once one after another', async () => {
      const photograph = await flat(8000, 5000).jpeg().toBuffer();
      const [one, two] = await Promise.all([decoder.image(photograph), decoder.image(photograph)]);
      expect([one.width, two.width]).toEqual([960, 960]);
    });
  });
}

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4080c0' } });

const grey = (shade: number, width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: shade, g: shade, b: shade } } })
    .png()
    .toBuffer();
