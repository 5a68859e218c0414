import type { BundleFiles } from '@visavox/core/bundle';
import { digestOf } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { BundleManifest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { Transport } from 'visavox/transport';

/** The files of a version, `NAME:VERSION` or its number, from the running server; each is checked against its digest. */
export async function registeredBundle(reference: string, context: CommandContext): Promise<BundleFiles> {
  const version = Number(reference.split(':').at(-1));
  if (!Number.isInteger(version) || version < 1)
    throw new UserError({
      kind: 'invalid',
      code: 'model_reference_invalid',
      message: `"${reference}" is no model version.`,
      action: 'Give NAME:VERSION or a number, as `visavox models list` shows them.',
    });
  const path = `/api/v1/models/${version}`;
  const manifest = BundleManifest.parse(await context.request('GET', `${path}/bundle`));
  const transport = new Transport({ server: context.server, token: () => context.token() });
  const files = new Map<string, Uint8Array>();
  for (const file of manifest.files) {
    const from = `${path}/files/${encodeURIComponent(file.path)}`;
    const bytes = await transport.send({ method: 'GET', path: from, repeatable: true, binary: true });
    if (!(bytes instanceof Uint8Array) || digestOf(bytes) !== file.digest)
      throw new SystemError(`${file.path} of ${reference} did not arrive as it was registered`);
    files.set(file.path, bytes);
  }
  return { manifest, files };
}
