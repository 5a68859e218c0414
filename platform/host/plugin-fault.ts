import { messageOf, UserError } from '@visavox/core/errors';

/** Something that a project declares threw. `place`: where it stands in `visavox.config.ts`. */
export function pluginFailed(place: string, cause: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'plugin_failed',
    message: `"${place}" of visavox.config.ts failed: ${messageOf(cause)}`,
    action: 'Correct what it names, or leave it out of visavox.config.ts.',
    cause,
  });
}
