import type { OpenAPIHono } from '@hono/zod-openapi';
import { SystemError, UserError } from '@visavox/core/errors';
import { hasBlob, readBlob } from '@visavox/core/object-store';
import type { ArtifactRecord } from '@visavox/core/run';
import { isDataset, isFolder, readFolder } from '@visavox/pipelines/artifacts';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { streamedBody } from './streams.ts';
import { unknown } from './unknown.ts';

/** What the tasks of a run made, for whoever goes on from it by hand. */
export function addOutputRoutes(
  app: OpenAPIHono<ApiEnv>,
  { engine, objects, log }: Pick<PlatformResources, 'objects' | 'log'> & { engine: Getting },
): void {
  const artifactOf = async (wanted: Wanted): Promise<ArtifactRecord> => {
    const { tasks } = await engine.get(wanted.id);
    const [artifact] = tasks.find(({ name }) => name === wanted.task)?.outputs.artifacts[wanted.output] ?? [];
    if (!artifact) throw unknown('output', `${wanted.task}/${wanted.output}`);
    return artifact;
  };
  const filesOf = async (artifact: ArtifactRecord, { task, output }: Wanted) => {
    if (isDataset(artifact)) throw aDataset(artifact);
    if (!(await hasBlob(objects, artifact.digest))) throw gone(`${task}/${output}`);
    if (isFolder(artifact)) return (await readFolder(objects, artifact.digest)).files;
    return [{ path: '', digest: artifact.digest, bytes: artifact.bytes }];
  };

  app.openapi(routes.taskOutput, async (c) => {
    const wanted = c.req.valid('param');
    const artifact = await artifactOf(wanted);
    const { type, digest } = artifact;
    return c.json({ type, digest, files: await filesOf(artifact, wanted) }, 200);
  });

  app.openapi(routes.taskOutputFile, async (c) => {
    const wanted = c.req.valid('param');
    const { path } = c.req.valid('query');
    const name = `${wanted.task}/${wanted.output}${path === '' ? '' : `/${path}`}`;
    const file = (await filesOf(await artifactOf(wanted), wanted)).find((one) => one.path === path);
    if (!file) throw unknown('file', name);
    if (!(await hasBlob(objects, file.digest))) throw gone(name);
    log.info({ requestId: c.get('requestId'), run: wanted.id, output: name }, 'output of a run handed out');
    const body = await streamedBody(c, readBlob(objects, file.digest, name), log).catch((error: unknown) => {
      throw error instanceof SystemError ? gone(name, error) : error;
    });
    return c.body(body, 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(file.bytes),
    });
  });
}

type Getting = Pick<PlatformResources['engine'], 'get'>;

interface Wanted {
  readonly id: string;
  readonly task: string;
  readonly output: string;
}

function gone(name: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'gone',
    code: 'output_gone',
    message: `the bytes of ${name} are not kept any more, or not as they were written`,
    action: 'Run the pipeline again: what is missing is made anew.',
    cause,
  });
}

function aDataset({ digest }: ArtifactRecord): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'output_is_dataset',
    message: 'this is a dataset version, which no task made',
    action: `Export that: visavox data export ${digest} FOLDER.`,
  });
}
