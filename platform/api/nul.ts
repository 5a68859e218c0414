import { UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api-env.ts';

/** No name or id has the character NUL, and PostgreSQL keeps none in a text. */
export const refuseNul: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (/%00/.test(c.req.url)) throw nulFault('address');
  await next();
};

/** In whichever member's name or text it is. */
export function refuseNulInJson(contentType: string | null, bytes: Uint8Array): void {
  if (!/\bjson\b/i.test(contentType ?? '')) return;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // As it is written in JSON; most bodies are done with here. A backslash before it may be one that is itself escaped.
  if (!body.includes('\\u0000')) return;
  try {
    JSON.parse(body.toString(), (name, value) => {
      if (name.includes('\0') || (typeof value === 'string' && value.includes('\0'))) throw nulFault('body');
      return value;
    });
  } catch (error) {
    // What is no JSON at all is refused as that by whoever reads it.
    if (error instanceof UserError) throw error;
  }
}

export function refuseNulInText(field: string, text: string): void {
  if (text.includes('\0')) throw nulFault(field);
}

function nulFault(field: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'request_invalid',
    message: `${field}: a NUL character is in it`,
    action: 'Leave the character NUL out.',
    details: { field },
  });
}
