import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from './settings.ts';
import { type CommandLine, commandLine } from './testing/command-line.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { Visit } from './testing/visit.ts';
import type { RequestOptions } from './ways-in/passkey-options.ts';
import { methods, signInPolicies } from './ways-in/policy.ts';

const root = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs', 'ways-in.md'), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const commands = blocks('sh').flatMap((block) => block.trim().split('\n'));

describe('docs/ways-in.md', () => {
  let server: TestServer;
  let line: CommandLine;
  let ada: Visit;
  beforeAll(async () => {
    server = await startTestServer();
    line = await commandLine(server);
    ada = new Visit(server);
    await ada.join('Ada Lovelace');
  });
  afterAll(async () => {
    line.close();
    await server.close();
  });

  it('has commands that run', async () => {
    expect(commands.length).toBeGreaterThanOrEqual(6);
    const help = (await line.visavox('up', '--help')).stdout;
    for (const command of commands) {
      const [, settings = '', words = ''] = /^((?:\w+=\S+ )*)npx visavox (.+)$/.exec(command) ?? [];
      expect(words, command).not.toBe('');
      const environment = Object.fromEntries(
        settings
          .split(' ')
          .filter(Boolean)
          .map((pair) => pair.split('=')),
      );
      expect(() => parseSettings(environment, root), command).not.toThrow();
      const given = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      // A second server would run until somebody stops it.
      if (given[0] === 'up') for (const option of given.slice(1)) expect(help).toContain(option);
      else
        expect(await line.visavox(...given), command).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/\S/),
        });
    }
  });

  it('has a program that signs in', async () => {
    const [program = ''] = blocks('ts');
    const post = (path: string, body: unknown) => ada.json('POST', path.replace('/api/v1/', ''), body);
    const startAuthentication = ({ optionsJSON }: { optionsJSON: RequestOptions }) =>
      ada.authenticator.get(optionsJSON);
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const run = new AsyncFunction('post', 'startAuthentication', `${program}\nreturn session;`);
    expect(await run(post, startAuthentication)).toMatchObject({ person: { name: 'Ada Lovelace' } });
  });

  it('names policies, methods and routes that there are', async () => {
    const { paths } = await (await server.app.request('/api/openapi.json')).json();
    for (const [, path = ''] of guide.matchAll(/(\/api\/v1\/[\w/-]+\w)/g))
      expect(paths).toHaveProperty([path]);
    for (const name of [...signInPolicies, ...methods]) expect(guide).toContain(`\`${name}\``);
  });
});
