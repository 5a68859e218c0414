import { UserError } from '@visavox/core/errors';

export function unknown(kind: string, id: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: `unknown_${kind}`,
    message: `there is no ${kind} ${id}, or nothing is known of it`,
    action: 'Look the id up in the lists.',
  });
}
