import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PictureFolder } from '@visavox/recognition/synthetic/picture-store';
import { rendererDigest } from '@visavox/recognition/synthetic/renderer-digest';

/** Of everybody who is rendered for these tests: shared by all of them, and by later runs of the same renderer. */
export const pictures = new PictureFolder(join(tmpdir(), `visavox-pictures-${rendererDigest()}`));
