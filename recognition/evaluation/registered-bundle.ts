import type { BundleFiles } from '@visavox/core/bundle';
import { UserError } from '@visavox/core/errors';
import { fetchBundle, knownFile } from 'visavox/model-bundle';
import type { CommandContext } from 'visavox/plugin';
import { Transport } from 'visavox/transport';

/** The files of a version, `recogniser:VERSION` or its number, from the running server. */
export async function registeredBundle(
  reference: string,
  { server, token }: Pick<CommandContext, 'server' | 'token'>,
): Promise<BundleFiles> {
  const version = Number(/^(?:recogniser:)?(\d+)$/.exec(reference)?.[1]);
  if (!(version >= 1))
    throw new UserError({
      kind: 'invalid',
      code: 'model_reference_invalid',
      message: `"${reference}" is no version of the recogniser`,
      action: 'Name one as recogniser:2; `visavox models list` has them.',
    });
  return fetchBundle(new Transport({ server, token, patienceSeconds: 10 }), version, knownFile);
}
