import { UserError } from '@visavox/core/errors';

export function unknownPerson(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_person',
    message: 'nobody of this name is enrolled',
    action: 'Enrol first, or correct the name.',
  });
}

export function invalidRequest(
  message: string,
  action: string,
  details: Record<string, unknown> = {},
): UserError {
  return new UserError({ kind: 'invalid', code: 'request_invalid', message, action, details });
}

export function tooManyTries(retryAfterSeconds: number): UserError {
  return new UserError({
    kind: 'too-many',
    code: 'too_many_requests',
    message: 'too many tries have failed',
    action: `Wait ${retryAfterSeconds} seconds, or sign in another way.`,
    details: { retryAfterSeconds },
  });
}

/** PostgreSQL's error code (`23505`) and the constraint's name, where the error has them. */
export function databaseFault(error: unknown): { code: string; constraint: string } {
  const fault = error as { code?: unknown; constraint?: unknown };
  return {
    code: typeof fault?.code === 'string' ? fault.code : '',
    constraint: typeof fault?.constraint === 'string' ? fault.constraint : '',
  };
}

export const uniqueViolation = '23505';
export const foreignKeyViolation = '23503';
