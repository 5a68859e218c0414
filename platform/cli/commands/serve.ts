import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { BundleManifest, bundleDigest, parseModelReference } from '@visavox/core/model';
import { projectToAsk, setUpFolder } from '../config.ts';
import type { CommandPlugin } from '../plugin.ts';
import { inEnvironment, pathOfVersion } from '../references.ts';

interface ServeOptions {
  readonly port: string;
  readonly environment?: string;
}

/** `visavox serve NAME:VERSION`: one version on this machine, whether it is released or not. */
export const serveCommand: CommandPlugin = (program, context) => {
  program
    .command('serve')
    .argument('<ref>', 'NAME:VERSION, or NAME@ALIAS such as digits@champion')
    .option('--port <port>', 'on this machine; 0 chooses a free one', '4700')
    .option('--environment <name>', 'where the alias is looked up, if the model has several environments')
    .description('serve one model version here: Open Inference Protocol v2 (/v2) and MLflow (/invocations)')
    .action(async (text: string, { port, environment }: ServeOptions, command) => {
      const { request, stream, result, log } = context(command);
      const reference = parseModelReference(text);
      const query = inEnvironment(environment);
      const manifest = BundleManifest.parse(
        await request('GET', `${pathOfVersion(reference)}/bundle${query}`),
      );
      const [{ exportModel }, { serveVersion }, { parsePlatformSettings }] = await Promise.all([
        import('./export-model.ts'),
        import('@visavox/host/serve-version'),
        import('@visavox/host/settings'),
      ]);
      const root = projectToAsk(process.cwd());
      const settings = parsePlatformSettings(process.env, { root, setup: setUpFolder(root) });
      const folder = await mkdtemp(join(tmpdir(), 'visavox-serve-'));
      try {
        await exportModel(
          { stream, request },
          { reference, folder, ...(environment !== undefined && { environment }) },
        );
        await writeFile(join(folder, 'manifest.json'), canonicalJson(manifest));
        let lost: (error: Error) => void = () => {};
        const ended = new Promise<never>((_, reject) => {
          lost = (error) => reject(gone(text, error));
        });
        ended.catch(() => {}); // it may end before anybody waits
        const served = await serveVersion({
          ...{ settings, manifest, folder, log, bundle: bundleDigest(manifest) },
          ...{ port: portOf(port), onLost: (error) => lost(error) },
        });
        const models = served.models.map((name) => `${served.url}/v2/models/${name}/infer`);
        result(
          { model: text, url: served.url, models: served.models },
          [
            `${text} answers at ${served.url}. Stop with Ctrl-C.`,
            ...models.map((url) => `  Open Inference Protocol  POST ${url}`),
            ...(models.length === 1 ? [`  MLflow                   POST ${served.url}/invocations`] : []),
          ].join('\n'),
        );
        const stopped = new Promise<void>((done) => {
          for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
        });
        await Promise.race([stopped, ended]).finally(() => served.stop());
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
};

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `"${text}" is no port`,
    action: 'Give a number below 65536; 0 chooses a free one.',
  });
}

function gone(text: string, cause: Error): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'model_server_ended',
    message: `the server of ${text} ended: ${cause.message}`,
    action: 'Start it again; what it said last is above.',
    cause,
  });
}
