import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DatasetItem, labelsFileName } from '@visavox/core/dataset';
import { Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { BundleManifest, ModelVersion, modelReference } from '@visavox/core/model';
import { requireDigest } from '@visavox/core/object-store';
import { isFinished, RunRecord } from '@visavox/core/run';
import { compile } from '@visavox/pipelines/compile';
import { pathInFolder, writeWholeFile } from '@visavox/pipelines/files';
import type { CommandContext } from 'visavox/plugin';
import { z } from 'zod';
import pipeline from './pipeline.ts';

const run = promisify(execFile);
const step = join(import.meta.dirname, '..', 'bin', 'recognition-step.mjs');
const model = 'digit-recogniser';
const pollMilliseconds = 500;
const sentAtOnce = 8;

interface DigitTraining {
  readonly people: number;
  readonly utterances: number;
  readonly epochs: number;
  readonly copies: number;
  readonly seed: number;
  readonly out?: string | undefined;
}

export async function trainDigits(
  { people, utterances, epochs, copies, seed, out }: DigitTraining,
  context: CommandContext,
): Promise<void> {
  const { request, log, result } = context;
  // Whether there is a server is said before minutes of speech are made for it.
  await request('GET', '/api/v1/status');
  const speech = await importSpeech(
    ['--people', people, '--utterances', utterances, '--seed', seed].map(String),
    context,
  );
  log(`dataset ${speech}`);
  const { id } = z.object({ id: z.string() }).parse(
    await request('POST', '/api/v1/runs', {
      pipelineSpec: compile(pipeline),
      parameters: { speech, epochs, copies, seed },
      useCache: true,
      trigger: 'digits train',
      seed,
    }),
  );
  log(`run ${id}`);
  await finished(id, context);
  const version = ModelVersion.parse(
    await request('POST', `/api/v1/models/${model}/versions`, { run: id, output: 'card/model' }),
  );
  const written = out === undefined ? [] : await writeBundle(version, out, context);
  result(
    { ...{ dataset: speech, run: id, model: modelReference(version) }, written },
    [`${modelReference(version)} was made by run ${id}: visavox trace model:${modelReference(version)}`]
      .concat(written)
      .join('\n'),
  );
}

/** Makes the speech in a folder that is removed again, and a dataset version of it. */
async function importSpeech(
  words: readonly string[],
  { request, log }: CommandContext,
): Promise<z.infer<typeof Digest>> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-digits-'));
  try {
    await run(process.execPath, [step, 'voice-digits', '--out', folder, ...words]);
    const items = await itemsOf(folder, `recognition-step voice-digits ${words.join(' ')}`);
    const paths = new Map(items.map(({ digest, key }) => [digest, join(folder, key)]));
    const { missing } = z
      .object({ missing: z.array(Digest) })
      .parse(await request('POST', '/api/v1/blobs/missing', { digests: [...paths.keys()] }));
    log(`${items.length} recordings, ${missing.length} to be sent`);
    await Promise.all(
      Array.from({ length: sentAtOnce }, async () => {
        for (let digest = missing.pop(); digest; digest = missing.pop())
          await request('PUT', `/api/v1/blobs/${digest}`, await readFile(paths.get(digest) ?? ''));
      }),
    );
    const { digest } = z
      .object({ digest: Digest })
      .parse(await request('POST', '/api/v1/datasets', { name: 'spoken-digits', items }));
    return digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function itemsOf(folder: string, source: string): Promise<DatasetItem[]> {
  const [, ...rows] = (await readFile(join(folder, labelsFileName), 'utf8')).trim().split('\n');
  const items: DatasetItem[] = [];
  for (const row of rows) {
    const [key = '', digits = '', person = '', split = '', pace = ''] = row.split(',');
    const bytes = await readFile(join(folder, key));
    items.push({
      ...{ key, digest: digestOf(bytes), bytes: bytes.length, mediaType: 'audio/wav' },
      labels: { digits, person, split, pace },
      provenance: { source, consent: 'synthetic: nobody’s voice' },
    });
  }
  return items;
}

async function finished(id: string, { request, log }: CommandContext): Promise<void> {
  const states = new Map<string, string>();
  for (;;) {
    const { state, reason, tasks } = RunRecord.parse(await request('GET', `/api/v1/runs/${id}`));
    for (const task of tasks)
      if (states.get(task.name) !== task.state)
        log(`  ${task.name} ${task.cached ? 'from the cache' : task.state}`);
    for (const task of tasks) states.set(task.name, task.state);
    if (state === 'succeeded') return;
    if (isFinished(state))
      throw new UserError({
        kind: 'conflict',
        code: 'training_failed',
        message: `run ${id} ${state}${reason ? `: ${reason}` : ''}`,
        action: `Read what its steps say: visavox runs logs ${id}`,
      });
    await pause(pollMilliseconds);
  }
}

async function writeBundle(
  { name, version }: ModelVersion,
  folder: string,
  { request, stream }: CommandContext,
): Promise<string[]> {
  const path = `/api/v1/models/${name}/versions/${version}`;
  const { files } = BundleManifest.parse(await request('GET', `${path}/bundle`));
  const written: string[] = [];
  for (const file of files) {
    const target = pathInFolder(folder, file.path);
    const bytes = stream(`${path}/files/${encodeURIComponent(file.path)}`);
    await writeWholeFile(target, requireDigest(file.digest, bytes));
    written.push(target);
  }
  return written;
}
