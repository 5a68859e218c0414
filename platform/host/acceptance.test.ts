import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import type { Release } from '@visavox/core/release';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withAcceptance } from './acceptance.ts';

let root: string;
let released: Release[];
let calls: string[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-acceptance-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  released = [];
  calls = [];
});

function release(changes: Partial<Release> = {}): Release {
  return {
    ...{ id: 'r', environment: 'production', model: 'irises', version: 2, bundle: digestOf('bundle') },
    ...{ stage: 'preparing', reason: 'by hand', createdAt: '2030-01-01', promotedAt: null, ...changes },
  };
}

function target(rules: Parameters<typeof withAcceptance>[1]) {
  const note = (what: string) => async (one: Release) => void calls.push(`${what} ${one.id}`);
  return withAcceptance(
    { prepare: note('prepare'), activate: note('activate'), retire: note('retire') },
    rules,
    {
      releases: { list: async (environment) => released.filter((one) => one.environment === environment) },
      urlOf: async ({ model }) => `http://127.0.0.1:9/${model}`,
      ...{ root, setup: join(root, 'setup'), report: () => {} },
    },
  );
}

describe('a release to an environment that comes after another one', () => {
  const rules = { after: 'test' };

  it('is refused before it is brought up while the same files have not served there', async () => {
    released = [release({ environment: 'test', bundle: digestOf('other files'), promotedAt: '2030-01-01' })];
    await expect(target(rules).prepare(release())).rejects.toMatchObject({
      code: 'release_not_accepted',
      message: 'irises:2 has not served in test, and production comes after it',
    });
    released = [release({ environment: 'test' })];
    await expect(target(rules).prepare(release())).rejects.toMatchObject({ code: 'release_not_accepted' });
    expect(calls).toEqual([]);
  });

  it('is brought up when they have, whatever the version was called', async () => {
    released = [release({ environment: 'test', version: 1, stage: 'retired', promotedAt: '2030-01-01' })];
    await target(rules).prepare(release());
    expect(calls).toEqual(['prepare r']);
  });
});

describe('a release that a command is to accept', () => {
  const accept = (script: string) => ({ accept: ['sh', '-c', script] });

  it('is tried after it was brought up, with what the command needs to know and nothing of the server', async () => {
    process.env.DATABASE_PASSWORD = 'secret';
    const script =
      'echo "$VISAVOX_MODEL_URL $VISAVOX_MODEL:$VISAVOX_MODEL_VERSION $VISAVOX_ENVIRONMENT $PWD $DATABASE_PASSWORD." >&2; exit 3';
    await expect(target(accept(script)).prepare(release())).rejects.toThrow(
      `ended with 3: http://127.0.0.1:9/irises irises:2 production ${root} .`,
    );
    delete process.env.DATABASE_PASSWORD;
    expect(calls).toEqual(['prepare r']);
    await target(accept('exit 0')).prepare(release());
  });

  it('is not tried again once it was accepted: going back takes no time', async () => {
    for (const stage of ['shadow', 'retired', 'champion'] as const)
      await target(accept('exit 1')).prepare(release({ stage }));
    expect(calls).toEqual(['prepare r', 'prepare r', 'prepare r']);
  });

  it('is refused where the command does not end, and all that it has started with it', async () => {
    const pid = join(root, 'pid');
    const script = `sleep 1000 & echo $! > ${pid}; wait`;
    const slow = { ...accept(script), acceptWithinSeconds: 1 };
    await expect(target(slow).prepare(release())).rejects.toThrow('ended with nothing within 1 s');
    const started = Number(await readFile(pid, 'utf8'));
    // One that nobody has asked after yet is shown as Z.
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(started)], { encoding: 'utf8' });
    expect(stdout).not.toMatch(/^[SRD]/);
  });

  it('is refused where the command is not there', async () => {
    await writeFile(join(root, 'accept.py'), '');
    await expect(target({ accept: ['no-such-program'] }).prepare(release())).rejects.toThrow('ENOENT');
  });
});
