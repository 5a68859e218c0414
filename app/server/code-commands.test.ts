import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { blobKey } from '@visavox/core/object-store';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CommandLineWithEngine, commandLineWithEngine } from './testing/command-line.ts';
import { operatorToken } from './testing/test-server.ts';

let line: CommandLineWithEngine;
let project: string;
beforeAll(async () => {
  line = await commandLineWithEngine();
});
afterAll(() => line.close());
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'visavox-project-'));
  const fit = component({
    name: 'fit',
    outputs: { answer: 'string' },
    command: ({ outputs }) => ['sh', 'steps/fit.sh', outputs.answer.path],
  });
  const stale = pipeline({ name: 'stale' }, (p) => void p.task(fit));
  write('pyproject.toml', '');
  write('pipelines/stale.json', JSON.stringify(compile(stale)));
  write('steps/fit.sh', 'cat answer.txt > "$1"\n');
  write('answer.txt', 'first');
  return () => rmSync(project, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

async function run(...words: string[]) {
  const { code, stdout, stderr } = await line.visavox(
    ...['run', join(project, 'pipelines/stale.json'), '--json', ...words],
  );
  const record = JSON.parse(stdout);
  return { code, stderr, record, answer: record.tasks?.[0]?.outputs.parameters.answer };
}

async function post(
  path: string,
  body: unknown,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await line.server.app.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

test('a run takes the folder of its project along, and reproducing it runs that folder and not the one of today', async () => {
  const first = await run();
  expect(first.answer).toBe('first');
  write('answer.txt', 'second');
  expect((await run()).answer).toBe('second');
  const again = await line.visavox('runs', 'reproduce', first.record.id, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ identical: true, differences: [] });
  const shown = await line.visavox('runs', 'show', JSON.parse(again.stdout).run, '--json');
  expect(JSON.parse(shown.stdout).pins).toEqual(first.record.pins);
}, 60_000);

test('what is not taken along is said, and what is too large refused before anything is sent', async () => {
  write('.env', 'PASSWORD=secret');
  const { stderr, record } = await run();
  expect(stderr).toContain('not taken along: .env, because it looks like a secret');
  expect(record.state).toBe('succeeded');
  expect(await line.engine.objects.has(blobKey(digestOf('PASSWORD=secret')))).toBe(false);
  write('data.bin', '');
  truncateSync(join(project, 'data.bin'), 2e9);
  const refused = await run();
  expect(refused).toMatchObject({ code: 1, record: { error: { code: 'code_too_large' } } });
  expect(refused.stderr).toContain('Largest: data.bin (2.0 GB)');
  expect(refused.stderr).toContain('.visavoxignore');
}, 60_000);

test('code can come from another folder, or be none at all', async () => {
  const other = mkdtempSync(join(tmpdir(), 'visavox-other-'));
  mkdirSync(join(other, 'steps'));
  writeFileSync(join(other, 'steps/fit.sh'), 'printf other > "$1"\n');
  expect((await run('--code', other)).answer).toBe('other');
  rmSync(other, { recursive: true });
  const none = await run('--no-code');
  expect(none).toMatchObject({ code: 1, record: { state: 'failed' } });
}, 60_000);

test('a snapshot is stored once all of its files are there, and interrupted sending goes on', async () => {
  const bytes = 'print(1)';
  const manifest = {
    mediaType: 'application/vnd.visavox.code+json',
    files: [{ path: 'a.py', digest: digestOf(bytes), bytes: bytes.length, executable: false }],
    links: [],
  };
  const asked = await post('/api/v1/code', manifest);
  expect(asked).toMatchObject({ status: 200, answer: { missing: [digestOf(bytes)] } });
  const code = { digest: asked.answer.digest, origin: { commit: null, branch: null, clean: null } };
  const pipelineSpec = JSON.parse(readFileSync(join(project, 'pipelines/stale.json'), 'utf8'));
  expect(await post('/api/v1/runs', { pipelineSpec, code })).toMatchObject({
    status: 404,
    answer: { code: 'code_missing' },
  });
  await line.server.app.request(`/api/v1/blobs/${digestOf(bytes)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(await post('/api/v1/code', manifest)).toMatchObject({ answer: { missing: [] } });
  expect((await post('/api/v1/runs', { pipelineSpec, code })).status).toBe(202);
});

test.each([
  ['a path out of the folder', { path: '../a.py' }],
  ['an absolute path', { path: '/etc/passwd' }],
  ['a digest that is none', { digest: 'md5:1' }],
])('%s is refused', async (_, change) => {
  const file = { path: 'a.py', digest: digestOf('a'), bytes: 1, executable: false, ...change };
  const { status } = await post('/api/v1/code', {
    mediaType: 'application/vnd.visavox.code+json',
    files: [file],
    links: [],
  });
  expect(status).toBe(400);
});
