import { isDatabaseAway } from '@visavox/adapters/sql/database-away';
import { isStorageFault } from '@visavox/adapters/storage-fault';
import { statusOfFaultKind, UserError } from '@visavox/core/errors';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ApiEnv } from './api-env.ts';
import { BodyTooSlow, ClientGone } from './bodies.ts';
import { UnsupportedMediaType } from './media-type.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Server error',
  503: 'Not available now',
};

/** RFC 9457, with a stable `code`, what to do next, and the id under which the log knows the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly action: string;
  readonly requestId: string;
  readonly [detail: string]: unknown;
}

interface Fault {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function answerProblem<E extends ApiEnv>(c: Context<E>, fault: Fault): Response {
  const problem: Problem = {
    ...fault.details,
    type: `urn:visavox:problem:${fault.code}`,
    title: titles[fault.status] ?? 'Error',
    status: fault.status,
    detail: fault.detail,
    code: fault.code,
    action: fault.action,
    requestId: c.get('requestId'),
  };
  return c.body(JSON.stringify(problem), fault.status as 400, {
    'content-type': 'application/problem+json',
    ...fault.headers,
  });
}

/** Expected errors become what they say; others are logged with their stack and told nothing about. */
export function answerError<E extends ApiEnv>(
  error: unknown,
  c: Context<E>,
  { log, refused }: { log: Logger; refused: () => void },
): Response {
  const fault = faultOf(error);
  if (fault.code === 'busy') refused();
  else if (fault.status >= 500) {
    const request = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path };
    log.error({ ...request, err: error }, 'request failed');
  }
  return answerProblem(c, fault);
}

const RetryAfter = z.object({ retryAfterSeconds: z.number() });

function faultOf(error: unknown): Fault {
  if (error instanceof UserError) {
    const retry = RetryAfter.safeParse(error.details);
    return {
      status: statusOfFaultKind[error.kind],
      code: error.code,
      detail: error.message,
      action: error.action,
      details: error.details,
      headers: retry.success ? { 'retry-after': String(retry.data.retryAfterSeconds) } : {},
    };
  }
  if (error instanceof ClientGone) {
    return {
      status: 400,
      code: 'malformed_form',
      detail: 'the request broke off',
      action: 'Send it again.',
    };
  }
  if (error instanceof BodyTooSlow) {
    return {
      status: 408,
      code: 'body_too_slow',
      detail: 'the rest of the request comes too slowly',
      action: 'Send it again over a better connection.',
      headers: { connection: 'close' },
    };
  }
  if (error instanceof UnsupportedMediaType) return unsupportedMediaType(error.expected);
  if (error instanceof HTTPException && error.status === 415) return unsupportedMediaType('application/json');
  if (error instanceof HTTPException && error.status === 400) {
    return {
      status: 400,
      code: 'malformed_json',
      detail: 'the body is not JSON',
      action: 'Send a JSON document with the content type application/json.',
    };
  }
  if (isDatabaseAway(error)) {
    return {
      status: 503,
      code: 'database_unavailable',
      detail: 'the database is away',
      action: 'Try again in a few seconds; nothing was changed.',
      headers: { 'retry-after': '5' },
    };
  }
  if (isStorageFault(error)) {
    return {
      status: 503,
      code: 'storage_unavailable',
      detail: 'the disk or the database cannot do its work',
      action: 'Tell the operator, whom /healthz/ready tells what is wrong; nothing was changed.',
      headers: { 'retry-after': '30' },
    };
  }
  return {
    status: 500,
    code: 'internal_error',
    detail: 'something went wrong here',
    action: 'Try again; if it stays, give the request id to the operator.',
  };
}

function unsupportedMediaType(expected: string): Fault {
  return {
    status: 415,
    code: 'unsupported_media_type',
    detail: `a body of this content type is not taken here; expected ${expected}`,
    action: 'Send the content type that the API description names.',
  };
}

/** What a request says against its schema. */
export function schemaFault(error: z.core.$ZodError): UserError {
  const issue = error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  return new UserError({
    kind: 'invalid',
    code: 'request_invalid',
    message: field ? `${field}: ${issue?.message}` : (issue?.message ?? 'invalid'),
    action: 'Correct the request as the API description says (/api/openapi.json).',
    details: { field },
  });
}
