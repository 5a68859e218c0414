import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Release } from '@visavox/core/release';
import type { RunSummary } from '@visavox/core/run-summary';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const run = promisify(execFile);

interface Options {
  readonly url: string;
  readonly token: string;
  readonly say: (line: string) => void;
  readonly check: (holds: boolean, what: string) => void;
}

/**
 * The example's model, which reads digits, on the server of the recogniser: trained on Kubeflow when its first data comes, in
 * the code of its project, and again by more; released by its gate to KServe, asked, traced to its data, rolled back.
 */
export async function walkSecondModel({ url, token, say, check }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-e2e-'));
  const env = { ...process.env, VISAVOX_SERVER: url, VISAVOX_TOKEN: token };
  const visavox = async (...words: string[]) => {
    const program = join(root, 'platform/cli/bin/visavox.mjs');
    const { stdout } = await run(process.execPath, [program, ...words, '--json'], { cwd: folder, env });
    return JSON.parse(stdout);
  };
  const scans = async (where: string, delivery: number) => {
    await run(python, [join(root, 'examples/digits/scans.py'), where, String(delivery)], { cwd: folder });
    return join(folder, where, `${delivery}.csv`);
  };
  const deliver = async (delivery: number) => {
    await scans('scans', delivery);
    // Servers are killed meanwhile; what was sent is not sent again.
    await until('the import of scans', 120, () =>
      visavox('data', 'import', 'scans', '--name', 'scans', '--consent', 'CC BY 4.0'),
    );
    say(`delivery ${delivery} of scans is imported`);
  };
  const released = (version: number) =>
    until(`a release of digits:${version}`, 900, async () => {
      const { releases } = (await visavox('release', 'status')) as { releases: Release[] };
      return releases.find(
        (one) => one.model === 'digits' && one.version === version && one.stage !== 'preparing',
      );
    });
  const unseen = await readScans(await scans('unseen', 3));
  const share = async () => {
    const read = await predict({ url, token }, unseen.pixels);
    return read.filter((digit, at) => digit === unseen.digits[at]).length / read.length;
  };
  const answers = () => until('an answer of digits', 120, async () => ({ share: await share() }));
  try {
    for (const version of [1, 2]) {
      await deliver(version);
      const release = await released(version);
      const { share } = await answers();
      const what = `digits:${version} reads ${Math.round(share * 100)} % of unseen scans on KServe: ${release.reason}`;
      check(release.stage === 'champion' && share > 0.7, what);
    }
    const { runs } = (await visavox('runs', 'list')) as { runs: RunSummary[] };
    const own = runs.filter(({ pipeline }) => pipeline === 'digits');
    check(
      own.length >= 2 && own.every(({ engine, state }) => engine === 'kubeflow' && state === 'succeeded'),
      `it was trained on Kubeflow, in the code of its project: ${own.map(({ state }) => state).join(', ')}`,
    );
    const { nodes } = (await visavox('trace', `release:${(await released(2)).id}`)) as {
      nodes: { kind: string; id: string }[];
    };
    const samples = nodes.filter(({ kind }) => kind === 'sample').map(({ id }) => id);
    check(samples.sort().join() === '1.csv,2.csv', `its release is traced to ${samples.join(' and ')}`);
    const back = (await visavox('release', 'rollback', 'digits')) as Release;
    check(back.version === 1 && (await answers()).share > 0.7, `rolled back to digits:${back.version}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readScans(file: string): Promise<{ digits: number[]; pixels: number[][] }> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n').slice(1, 51);
  const rows = lines.map((line) => line.split(',').map(Number));
  return { digits: rows.map(([digit = -1]) => digit), pixels: rows.map(([, ...pixels]) => pixels) };
}

/** Which digit each scan shows, asked over the Open Inference Protocol. */
async function predict(
  { url, token }: Pick<Options, 'url' | 'token'>,
  pixels: readonly number[][],
): Promise<number[]> {
  const answer = await fetch(`${url}/api/v1/serving/production/digits/v2/models/digits/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: [{ name: 'pixels', datatype: 'FP32', shape: [pixels.length, 64], data: pixels.flat() }],
    }),
  });
  if (!answer.ok) throw new Error(`the digits are not read: ${answer.status} ${await answer.text()}`);
  const { outputs } = (await answer.json()) as { outputs: { data: number[] }[] };
  const data = outputs[0]?.data ?? [];
  return pixels.map((_, row) => {
    const shares = data.slice(row * 10, row * 10 + 10);
    return shares.indexOf(Math.max(...shares));
  });
}
