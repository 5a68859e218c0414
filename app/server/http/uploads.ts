import { UnsupportedMediaType } from '@visavox/api/media-type';
import { refuseNulInText } from '@visavox/api/nul';
import { UserError } from '@visavox/core/errors';
import type { Modality } from '@visavox/recognition/bundle-parts';
import type { Context } from 'hono';
import type { Recording } from '../retention/recordings.ts';
import type { AppEnv } from './app-env.ts';

export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  /** Faces first, then voices, each in the order in which they were sent. */
  readonly recordings: readonly Recording[];
  /** Pictures of a burst, in the order in which they were sent; only where they are wanted. */
  readonly frames: readonly Uint8Array[];
}

/**
 * Reads a form with the given text fields and the files `face`, `voice` and, with `frames`, `frame`; anything else is
 * refused.
 */
export async function readUpload(
  c: Context<AppEnv>,
  wanted: { fields: readonly string[]; optional: readonly string[]; frames: boolean },
): Promise<Upload> {
  requireType(c, /^multipart\/form-data\s*;/i, 'multipart/form-data');
  const form = await c.req.formData().catch((cause: unknown) => {
    throw malformed('the multipart body cannot be read', cause);
  });
  const texts = new Map<string, string>();
  const recordings: Record<Modality, Recording[]> = { face: [], voice: [] };
  const frames: Uint8Array[] = [];
  const known = [...wanted.fields, ...wanted.optional];
  for (const [name, value] of form) {
    if (name === 'face' || name === 'voice') {
      if (typeof value === 'string') throw malformed(`${name} is not a file`);
      recordings[name].push({
        modality: name,
        bytes: new Uint8Array(await value.arrayBuffer()),
        mediaType: mediaTypeOf(value.type),
      });
    } else if (name === 'frame' && wanted.frames && typeof value !== 'string') {
      frames.push(new Uint8Array(await value.arrayBuffer()));
    } else if (known.includes(name) && typeof value === 'string' && !texts.has(name)) {
      refuseNulInText(name, value);
      texts.set(name, value);
    } else {
      throw malformed(`the part "${name.slice(0, 40)}" is unknown, given twice, or of the wrong kind`);
    }
  }
  const missing = wanted.fields.find((field) => !texts.has(field));
  if (missing) throw malformed(`the field ${missing} is missing`);
  return { fields: texts, recordings: [...recordings.face, ...recordings.voice], frames };
}

/** One recording as the whole body. */
export async function readRecording(c: Context<AppEnv>, modality: Modality): Promise<Recording> {
  const type = c.req.header('content-type') ?? '';
  requireType(
    c,
    modality === 'face'
      ? /^(image\/|application\/octet-stream)/i
      : /^(audio\/|video\/webm|application\/octet-stream)/i,
    modality === 'face' ? 'image/*' : 'audio/*',
  );
  return { modality, bytes: new Uint8Array(await c.req.arrayBuffer()), mediaType: mediaTypeOf(type) };
}

function requireType(c: Context<AppEnv>, expected: RegExp, name: string): void {
  if (expected.test(c.req.header('content-type') ?? '')) return;
  throw new UnsupportedMediaType(name);
}

function mediaTypeOf(type: string): string {
  const essence = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(essence) ? essence : 'application/octet-stream';
}

function malformed(message: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'malformed_form',
    message,
    action: 'Send a multipart form as the API description says (/api/openapi.json).',
    cause,
  });
}
