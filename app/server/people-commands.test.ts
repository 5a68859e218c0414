import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from './testing/command-line.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { Visit } from './testing/visit.ts';

let server: TestServer;
let line: CommandLine;
beforeAll(async () => {
  server = await startTestServer();
  line = await commandLine(server);
});
afterAll(async () => {
  line.close();
  await server.close();
});

describe('visavox people', () => {
  it('lists members without face and voice', async () => {
    await new Visit(server).join('Ada Lovelace');
    const { stdout } = await line.visavox('people', 'list');
    expect(stdout).toMatch(/name +faces +voices +passkeys/);
    expect(stdout).toMatch(/Ada Lovelace +0 +0 +1/);
  });

  it('issues a code that lets a person in once', async () => {
    const { stdout, code } = await line.visavox('people', 'code', 'ada lovelace', '--json');
    expect(code).toBe(0);
    const issued = JSON.parse(stdout);
    expect(issued).toMatchObject({
      person: { name: 'Ada Lovelace' },
      code: expect.stringMatching(/^\w{4}-\w{4}$/),
    });
    const entry = { name: 'Ada Lovelace', code: issued.code };
    expect((await new Visit(server).send('POST', 'codes/sign-in', entry)).status).toBe(200);
    expect((await new Visit(server).send('POST', 'codes/sign-in', entry)).status).toBe(401);
    const told = await line.visavox('people', 'code', 'Ada Lovelace');
    expect(told.stdout).toMatch(/^\w{4}-\w{4} lets Ada Lovelace in once, until .*not shown again/);
    expect((await line.visavox('people', 'code', 'Nobody')).code).toBe(1);
  });

  it('tells who changed or used which way in', async () => {
    const { stdout } = await line.visavox('people', 'events', 'Ada Lovelace', '--limit', '3');
    expect(stdout).toMatch(/operator_code_issued +operator +Ada Lovelace/);
    expect(stdout).toMatch(/signed_in +person +Ada Lovelace +operator_code/);
  });
});
