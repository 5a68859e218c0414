import { UserError } from '@visavox/core/errors';

export function networkMissing(name: string, there: readonly string[], bundle?: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'network_missing',
    message: `the bundle${bundle ? ` ${bundle}` : ''} serves no network "${name}"; there are: ${there.join(', ')}`,
    action: 'Ask for one that the bundle has, or serve another bundle.',
  });
}

/** It was asked to come up and did not. `reason`: what the place where it runs says about it. */
export function notUp(bundle: string, reason: string, action: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'model_not_up',
    message: `the bundle ${bundle} did not come up: ${reason}`,
    action,
  });
}
