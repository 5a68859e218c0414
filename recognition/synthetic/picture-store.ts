import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Picture } from './face/camera.ts';

/** Rendered pictures by a name that says all that they were rendered from. */
export interface PictureStore {
  picture(name: string, render: () => Picture): Promise<Picture>;
}

/** As files, which processes may share. Kept as JPEGs of which nobody sees that they are. */
export class PictureFolder implements PictureStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async picture(name: string, render: () => Picture): Promise<Picture> {
    const file = join(this.#path, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.jpg`);
    const known = await readFile(file).catch(() => null);
    if (known) return decoded(known);
    const made = render();
    const { width, height, data } = made;
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 97, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await mkdir(this.#path, { recursive: true });
    // Whole or not there, whoever else writes the same meanwhile.
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, bytes);
    await rename(draft, file);
    return made;
  }
}

/** In a folder that is gone afterwards. */
export async function withPictureFolder<T>(work: (pictures: PictureStore) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-rendered-'));
  try {
    return await work(new PictureFolder(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function decoded(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
