import { writeFileSync } from 'node:fs';
import { messageOf, UserError } from '@visavox/core/errors';
import sharp from 'sharp';
import { decodeAudio } from '../signals/audio.ts';
import { decodeBurstImage, decodeSized, isLarge, type RgbImage, readImageSize } from '../signals/image.ts';
import {
  type Decoded,
  type FromDecodingProcess,
  sizeOf,
  type ToDecodingProcess,
  type What,
} from './decoding-messages.ts';
import { SharedArea } from './shared-area.ts';

/** As many results as fit are handed over at once: the small pictures of a whole burst. */
const handOverBytes = 16 << 20;

const area = new SharedArea(3);
let goOn: (() => void) | undefined;

const tell = (message: FromDecodingProcess) => void process.send?.(message);

/** What was decoded, and its pixels or samples. */
type Result = readonly [Decoded, Uint8Array?];

async function decode(what: What, lengths: readonly number[]): Promise<void> {
  const start = lengths.reduce((sum, length) => sum + length, 0);
  let results: Decoded[] = [];
  let from = 0;
  let to = start;
  for (const length of lengths) {
    const bytes = new Uint8Array(length);
    area.read(bytes, from);
    from += length;
    const [decoded, content] = await decodeOne(what, bytes);
    if (content) area.write(content, to);
    to += sizeOf(decoded);
    results.push(decoded);
    // What comes after a fault is not looked at any more.
    if (decoded.kind === 'fault') break;
    if (to - start > handOverBytes && from < start) {
      const continued = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      tell({ kind: 'decoded', results, more: true });
      await continued;
      results = [];
      to = start;
    }
  }
  tell({ kind: 'decoded', results, more: false });
}

async function decodeOne(what: What, bytes: Uint8Array): Promise<Result> {
  try {
    switch (what) {
      case 'audio':
        return ofAudio(await decodeAudio(bytes));
      case 'burst':
        return ofImage(await decodeBurstImage(bytes));
      case 'image':
      case 'large-image': {
        const size = await readImageSize(bytes);
        if (what === 'image' && isLarge(size)) return [{ kind: 'large' }];
        return ofImage(await decodeSized(bytes, size));
      }
    }
  } catch (error) {
    if (error instanceof UserError)
      return [{ kind: 'fault', code: error.code, details: { ...error.details } }];
    // A codec that fails in a way of its own fails because of the file.
    const code = what === 'audio' ? 'audio_unreadable' : 'image_unreadable';
    return [{ kind: 'fault', code, details: { reason: messageOf(error) } }];
  }
}

function ofImage({ width, height, scale, data }: RgbImage): Result {
  return [{ kind: 'image', width, height, scale }, data];
}

function ofAudio(samples: Float32Array): Result {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return [{ kind: 'audio', samples: samples.length }, bytes];
}

// One picture at a time: several processes share the machine better than several threads of each.
sharp.concurrency(1);
sharp.cache(false);
try {
  // Where memory runs out, the system ends this process first.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Linux alone has it.
}
process.on('disconnect', () => process.exit());
process.on('message', (message: ToDecodingProcess) => {
  if (message.kind === 'more') goOn?.();
  else void decode(message.what, message.lengths);
});
tell({ kind: 'ready' });
