import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../scripts/peer-environment.mjs';
import { Terminal } from './testing/terminal.ts';

const root = join(import.meta.dirname, '..', '..');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const environment = {
  ...{ VISAVOX_SETUP: setup, VISAVOX_PYTHON: python },
  PATH: [join(setup, 'python', 'bin'), process.env.PATH].join(delimiter),
};
const run = promisify(execFile);

/** As a shell takes them apart. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

let she: Terminal;
/** What each command of the guide said, by the command. */
const said = new Map<string, Awaited<ReturnType<Terminal['asks']>>>();

beforeAll(async () => {
  const guide = await readFile(join(root, 'docs', 'models.md'), 'utf8');
  const [, card = ''] = /^```markdown\n(.*?)^```/ms.exec(guide) ?? [];
  const scripts = [...guide.matchAll(/^```python\n# (\S+\.py): (.*?)^```/gms)];
  she = await Terminal.open(
    {
      'card.md': card,
      ...Object.fromEntries(scripts.map(([, name = '', text = '']) => [name, `# ${text}`])),
    },
    environment,
  );
  await she.up();
  for (const [, name = ''] of scripts) await run(python, [name], { cwd: she.folder });
  const commands = [...guide.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.startsWith('npx visavox '))
    .map((line) => line.replace('npx visavox ', ''));
  for (const command of commands) said.set(command, await she.asks(...wordsOf(command)));
}, 600_000);
afterAll(() => she?.close());

const answerTo = (start: string) => [...said].find(([command]) => command.startsWith(start))?.[1];

describe('docs/models.md', { timeout: 240_000 }, () => {
  it('is done as it says, without an error', () => {
    expect(said.size).toBeGreaterThan(10);
    for (const [command, answer] of said) expect(answer.error, command).toBeUndefined();
  });

  it('registers what MLflow saved, with signature, example, card and the figures of the card', () => {
    const { details, ...model } = answerTo('models show wines:1');
    expect(model).toMatchObject({
      ...{ name: 'wines', version: 1, run: null },
      metrics: { 'accuracy@test': 0.98, 'accuracy@class 1': 0.93 },
    });
    expect(details).toMatchObject({
      ...{ flavour: 'sklearn', faults: [], signed: { state: 'verified' } },
      takes: expect.arrayContaining(['alcohol: double']),
      returns: ['int64 [-1]'],
      example: { value: { dataframe_split: { columns: expect.arrayContaining(['alcohol']) } } },
      card: {
        ...{ licence: 'apache-2.0', task: 'tabular-classification' },
        limits: expect.stringContaining('one region'),
        metrics: [
          { name: 'accuracy', value: 0.98, interval: { low: 0.88, high: 1 }, slice: 'test' },
          { name: 'accuracy', value: 0.93, slice: 'class 1' },
        ],
      },
    });
    expect(details.requirements.join()).toContain('scikit-learn');
  });

  it('compares, and says of figures that nobody knows what they were measured on', () => {
    const { metrics, signature, sizes } = answerTo('models compare');
    expect(metrics).toHaveLength(2);
    for (const { comparable, why } of metrics) {
      expect(comparable).toBe(false);
      expect(why).toContain('nobody recorded what wines:1 was measured on');
    }
    expect(signature).toContainEqual(expect.objectContaining({ name: 'inputs', equal: true }));
    expect(sizes).toContainEqual(expect.objectContaining({ name: 'bundle', equal: false }));
  });

  it('keeps what aliases meant, by whom and why, here and in MLflow', () => {
    expect(answerTo('models show wines@baseline')).toMatchObject({ version: 2, aliases: ['baseline'] });
    expect(answerTo('models aliases wines --history').history).toMatchObject([
      { alias: 'baseline', version: 2, by: 'operator token', reason: 'the paper was revised' },
      { alias: 'baseline', version: 1, reason: 'what the paper reports' },
    ]);
    expect(answerTo('models alias wines baseline --remove').aliases).toEqual([]);
  });

  it('refuses what does not fit, in the words of the guide', async () => {
    const guide = await readFile(join(root, 'docs', 'models.md'), 'utf8');
    const [, words = '', expected = ''] =
      /^\$ npx visavox (models register wrong.*)\n(.*)$/m.exec(guide) ?? [];
    const { code, stderr } = await she.types(...wordsOf(words));
    expect(code).toBe(1);
    expect(stderr).toContain(expected);
    expect(await she.asks('models', 'list', 'wrong')).toMatchObject({ error: { code: 'unknown_model' } });
  });

  const openSsf = peerPython('model-signing');
  it.skipIf(!openSsf)('lets a stranger verify with the tool of the OpenSSF', async () => {
    const { stdout } = await she.types('models', 'key');
    await writeFile(join(she.folder, 'visavox.pub'), stdout);
    const words = ['verify', 'key', 'exported', '--signature', 'wines.sig', '--public_key', 'visavox.pub'];
    const verify = () => run(openSsf ?? '', ['-m', 'model_signing', ...words], { cwd: she.folder });
    await verify();
    await writeFile(join(she.folder, 'exported', 'model.pkl'), 'another one');
    await expect(verify()).rejects.toThrow();
  });
});

describe('a model', { timeout: 240_000 }, () => {
  it('whose bytes were changed in the object store is found out, and not released', async () => {
    const { files } = await bundleOf('wines:2');
    const blobs = join(she.folder, '.visavox', 'home', 'objects', 'blobs');
    const found = (await readdir(blobs, { recursive: true })).find((name) =>
      name.includes(files.find(({ path }) => path === 'MLmodel')?.digest.slice(7) ?? 'none'),
    );
    const file = join(blobs, found ?? '');
    const kept = await readFile(file);
    await writeFile(
      file,
      kept.map((byte, at) => (at === kept.length - 20 ? byte ^ 1 : byte)),
    );
    const { code } = await she.types('models', 'verify', 'wines:2');
    expect(code).toBe(1);
    expect(await she.asks('models', 'verify', 'wines:2')).toMatchObject({
      ...{ state: 'refused', faults: ['MLmodel was changed'] },
    });
    await writeFile(file, kept);
    expect(await she.asks('models', 'verify', 'wines:2')).toMatchObject({ state: 'verified' });
  });

  it('is one version however often it is registered, and names its card and example from elsewhere', async () => {
    const again = await she.asks('models', 'register', 'wines', 'first', '--card', 'card.md');
    expect(again).toMatchObject({ name: 'wines', version: 1 });
    const other = await she.asks('models', 'register', 'plain', 'first');
    expect(other).toMatchObject({ version: 1, metrics: {} });
  });

  it.each([
    [['models', 'register', 'wines'], 'misuse'],
    [['models', 'register', 'wines', 'first', '--from', 'run'], 'misuse'],
    [['models', 'register', 'wines', '--from', 'run', '--card', 'card.md'], 'misuse'],
    [['models', 'register', 'wines', 'nowhere'], 'folder_unusable'],
    [['models', 'compare', 'wines:1', 'wines:9'], 'unknown_model'],
    [['models', 'compare', 'wines:1', 'wines:2', '--on', 'nothing'], 'unknown_dataset'],
    [['models', 'alias', 'wines', 'champion', '1', '--reason', 'mine'], 'alias_of_release'],
    [['models', 'alias', 'wines', 'best', '9', '--reason', 'mine'], 'unknown_model'],
    [['models', 'alias', 'wines', 'best', '--remove', '--reason', 'mine'], 'unknown_alias'],
    [['models', 'show', 'wines@nothing'], 'unknown_alias'],
  ])('is asked for rightly, or it is said what was wrong: %j', async (words, code) => {
    expect(await she.asks(...words)).toMatchObject({ error: { code, action: expect.any(String) } });
  });

  it('of an empty folder is none', async () => {
    await mkdir(join(she.folder, 'empty'), { recursive: true });
    expect(await she.asks('models', 'register', 'wines', 'empty')).toMatchObject({
      error: { code: 'folder_unusable' },
    });
  });
});

async function bundleOf(reference: string): Promise<{ files: { path: string; digest: string }[] }> {
  const [name, version] = reference.split(':');
  const token = await readFile(join(she.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const answer = await fetch(`${she.url}/api/v1/models/${name}/versions/${version}/bundle`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  });
  return answer.json();
}
