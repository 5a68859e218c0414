import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parsePlatformSettings } from '@visavox/host/settings';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { Terminal } from './testing/terminal.ts';

const root = resolve(import.meta.dirname, '../..');
const config = `
import { component, pipeline } from '@visavox/pipelines/definition';
import { metricGate } from '@visavox/control/metric-gate';
import { defineProject } from 'visavox/config';

const learn = component({
  name: 'learn',
  inputs: { birds: 'dataset-version' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    'sh', '-c', 'printf "net of \${0}" > "$1"; printf 0.875 > "$2"',
    inputs.birds.path, outputs.model.path, outputs.accuracy.path,
  ],
});
const target = { prepare: async () => {}, activate: async () => {}, retire: async () => {} };
export default defineProject({
  name: 'songs',
  models: {
    songs: {
      pipeline: pipeline({ name: 'songs', parameters: { birds: 'dataset-version' } }, (p) => {
        p.task(learn, { birds: p.parameters.birds });
      }),
      dataset: 'birds',
      environments: ENVIRONMENTS,
      gate: metricGate({ accuracy: { better: 'higher' } }),
      target: () => target,
    },
  },
});
`;

/** The settings that the guide shows of each provider. */
function settingsIn(text: string): Record<string, string>[] {
  return [...text.matchAll(/^```env\n(.*?)^```/gms)].map(([, block = '']) =>
    Object.fromEntries(
      [...block.matchAll(/^(\w+)="?(.*?)"?$/gm)].map(([, name = '', value = '']) => [name, value]),
    ),
  );
}

let guide: string;
let terminal: Terminal;
let release: string;
beforeAll(async () => {
  guide = await readFile(join(root, 'docs', 'users.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(guide) ?? [];
  const { environments } = parse(yaml).models.songs;
  const files = {
    'visavox.config.ts': config.replace('ENVIRONMENTS', JSON.stringify(environments)),
    'package.json': JSON.stringify({ type: 'module' }),
    'run.ts': `import config from './visavox.config.ts';\nexport default config.models.songs.pipeline;\n`,
  };
  // Its provider is away, which a server is started without.
  terminal = await Terminal.open(files, settingsIn(guide)[0]);
  await symlink(join(root, 'node_modules'), join(terminal.folder, 'node_modules'));
  await mkdir(join(terminal.folder, 'birds'));
  await writeFile(join(terminal.folder, 'birds', 'rook.txt'), 'kaah');
  // The commands are the ones that a reader types.
  await mkdir(join(terminal.folder, 'bin'));
  const bin = join(root, 'platform', 'cli', 'bin', 'visavox.mjs');
  await writeFile(
    join(terminal.folder, 'bin', 'npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`,
  );
  await chmod(join(terminal.folder, 'bin', 'npx'), 0o755);
  await terminal.up();
  const ok = async (...words: string[]) => {
    const { code, stdout, stderr } = await terminal.types(...words, '--json');
    expect(code, `visavox ${words.join(' ')}: ${stdout}${stderr}`).toBe(0);
    return JSON.parse(stdout);
  };
  await ok('data', 'import', 'birds', '--name', 'birds');
  const { id } = await ok('run', 'run.ts', '--param', 'birds=birds');
  // The registry comes up with MLflow, behind the platform.
  await vi.waitFor(() => ok('models', 'register', 'songs', '--from', id), {
    timeout: 240_000,
    interval: 2000,
  });
  ({ id: release } = await ok('release', 'propose', 'songs:1', '--to', 'production'));
}, 300_000);
afterAll(() => terminal?.close());

/** All of them in one shell, each at the machine of whoever types it. */
function scriptOf(blocks: readonly string[]): string {
  return blocks
    .map((block) => {
      const who = /^# on (\w+)'s machine$/m.exec(block)?.[1] ?? 'somebody';
      return `export XDG_CONFIG_HOME="$PWD/machines/${who}"\n${block}`;
    })
    .join('\n');
}

it('the commands of docs/users.md run, from the first minute to the audit log', {
  timeout: 300_000,
}, async () => {
  const blocks = [...guide.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  expect(blocks.length).toBeGreaterThan(8);
  const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
  const { stdout } = await promisify(execFile)('bash', ['-e', '-o', 'pipefail', '-c', scriptOf(blocks)], {
    cwd: terminal.folder,
    env: {
      ...inherited,
      PATH: `${join(terminal.folder, 'bin')}:${process.env.PATH}`,
      ...{ VISAVOX_SERVER: terminal.url, RELEASE: release, PASSWORD: 'a password of her own, and long' },
    },
  });
  expect(stdout).toContain('ada, operator');
  expect(stdout).toMatch(/songs:1 serves production/);
  expect(stdout).toMatch(/champion .*knows the rook; approved by grace: heard it/);
  expect(stdout).toMatch(/revoked/);
  expect(stdout).toMatch(
    /\d+ entries, and each is as it was written[\s\S]*entries, and each is as it was written/,
  );
  const entries = (await readFile(join(terminal.folder, 'audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const done = entries.filter(({ outcome }) => outcome === 'done');
  expect(done.map(({ by, action }) => `${by}: ${action}`)).toEqual(
    expect.arrayContaining([
      'operator token: run.submit',
      'operator token: user.add',
      'ada: operator-token.switch',
      'ada: user.remove',
      'ada: release.promote',
      'grace: user.password',
      'grace: token.create',
      'grace: approval.approve',
      'ada: user.edit',
    ]),
  );
  expect(entries.find(({ action }) => action === 'release.promote')).toMatchObject({
    reason: 'knows the rook',
    network: '127.0.0.1',
  });
});

it('shows settings of providers that a server accepts', () => {
  const all = settingsIn(guide).map((settings) => parsePlatformSettings(settings, { root: '/songs' }).oidc);
  expect(all.map((oidc) => [oidc?.name, oidc?.roles.claim, oidc?.roles.roles.length])).toEqual([
    ['sso.example.org', 'groups', 3],
    ['login.microsoftonline.com', 'roles', 3],
    ['Google', 'email', 2],
  ]);
});

it('says that the log was tampered with, and ends with 1', async () => {
  const file = join(terminal.folder, 'audit.jsonl');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"by":"ada"', '"by":"bob"'));
  const { code, stdout } = await terminal.types('audit', 'verify', '--file', 'audit.jsonl');
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/entry \d+ was changed/) });
});

it('names routes that there are', async () => {
  const { paths } = await (await fetch(`${terminal.url}/api/openapi.json`)).json();
  for (const [, path = ''] of guide.matchAll(/(\/api\/v1\/[\w/{}-]+\w}?(?:\/\w+)?)/g))
    expect(paths).toHaveProperty([path]);
});
