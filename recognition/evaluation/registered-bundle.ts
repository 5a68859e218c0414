import type { BundleFiles } from '@visavox/core/bundle';
import { parseModelReference } from '@visavox/core/model';
import { fetchBundle, knownFile } from 'visavox/model-bundle';
import type { CommandContext } from 'visavox/plugin';
import { Transport } from 'visavox/transport';

/** The files of a version, such as recogniser:2 or recogniser@champion, from the running server. */
export async function registeredBundle(
  reference: string,
  { server, token }: Pick<CommandContext, 'server' | 'token'>,
): Promise<BundleFiles> {
  return fetchBundle(
    new Transport({ server, token, patienceSeconds: 10 }),
    parseModelReference(reference),
    knownFile,
  );
}
