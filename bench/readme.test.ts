import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServerProcess } from './server-process.ts';
import { undisturbed } from './visitors.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const bin = join(root, 'platform/cli/bin/visavox.mjs');

/** Tried with fewer people: what it does with 24 takes minutes. */
const smaller: readonly [string, string] = ['simulate --people 24', 'simulate --people 2 --waves 1'];
/** On a server that has served one release only, there is none to go back to, and that is what it says. */
const refused: Readonly<Record<string, string>> = {
  'release rollback': 'has served production before the present one',
};

const commands = [...readme.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block]) => (block ?? '').split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  server = await ServerProcess.create(undisturbed);
  folder = await mkdtemp(join(tmpdir(), 'visavox-readme-'));
  await writeRecordings(folder);
  await server.start();
}, 300_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** The files that README's examples name. */
async function writeRecordings(into: string): Promise<void> {
  const write = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), bytes);
  };
  const [ada, other] = [syntheticPerson(4600, 0), syntheticPerson(4600, 1)];
  for (const [index, digits] of ['0123', '4567', '8901'].entries()) {
    await write(`a${index + 1}.jpg`, await ada.face(index));
    await write(`v${index + 1}.wav`, ada.utterance(digits, index));
  }
  for (const index of [1, 2]) await write(`b${index}.jpg`, await ada.face(9 + index));
  await write('b2.wav', ada.utterance('271828', 9));
  for (const [name, person] of Object.entries({ ada, other })) {
    for (const take of [0, 1, 2, 3]) {
      await write(`recordings/${name}${take}.jpg`, await person.face(20 + take));
      await write(`recordings/${name}${take}.wav`, person.utterance('4719', 20 + take));
    }
  }
  await write('pairs.csv', 'a,b,same\nada0.jpg,ada1.jpg,1\nada0.jpg,other1.jpg,0\n');
  const enrolled = 'ada0.wav,ada1.wav,ada2.wav';
  await write(
    'trials.csv',
    `trial,enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,same\n1,ada,ada,${enrolled},ada3.wav,1\n2,ada,other,${enrolled},other3.wav,0\n`,
  );
}

function visavox(line: string): Promise<{ code: number; output: string }> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const env = { ...process.env, VISAVOX_SERVER: server.url, VISAVOX_HOME: join(server.home, 'home') };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...words], { cwd: folder, env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` }),
    );
  });
}

it.each(commands.filter((line) => line.startsWith('npx visavox')))(
  '%s',
  { timeout: 240_000 },
  async (line) => {
    const command = line.replace('npx visavox ', '').replace(...smaller);
    const { code, output } = await visavox(command);
    const refusal = refused[command];
    if (refusal === undefined) expect({ code, output }).toMatchObject({ code: 0 });
    else expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(refusal) });
  },
);

it('names scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/^npm (start|test)$|`npm (?:run )?([a-z:]+)[^`]*`/gm)].map(
    ([, command, mentioned]) => command ?? mentioned ?? '',
  );
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

it('shows pictures and links to pages that there are', () => {
  const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? '');
  expect(targets.length).toBeGreaterThan(3);
  for (const target of targets.filter((one) => !one.startsWith('http')))
    expect(existsSync(join(root, target)), target).toBe(true);
});
