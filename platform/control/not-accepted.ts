import { UserError } from '@visavox/core/errors';

const code = 'release_not_accepted';

/** A release that was tried and refused: trying again would come to the same. */
export function notAccepted(message: string, action: string): UserError {
  return new UserError({ kind: 'conflict', code, message, action });
}

export function isNotAccepted(error: unknown): boolean {
  return error instanceof UserError && error.code === code;
}
