import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { lead } from './leader-lock.ts';
import { describeOnPostgres, type PostgresServer, startPostgres } from './test-databases.ts';

interface Contender {
  readonly process: ChildProcess;
  /** What it said last. */
  says(): string;
}

describeOnPostgres('a leader among processes', () => {
  let server: PostgresServer;
  const contenders: Contender[] = [];
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterEach(async () => {
    for (const { process } of contenders.splice(0)) await end(process, 'SIGKILL');
  });
  afterAll(() => server.remove());

  const contend = () => {
    const program = fileURLToPath(new URL('./leader.fixture.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, server.url], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = text.trim().split('\n').at(-1) ?? said;
    });
    const contender = { process: child, says: () => said };
    contenders.push(contender);
    return contender;
  };
  const leaders = () => contenders.filter(({ process, says }) => !process.killed && says() === 'leading');
  const untilOneLeads = async (among: () => readonly Contender[] = leaders) => {
    while (among().length === 0) await pause(50);
    // Long enough for every other one to have asked.
    await pause(2500);
    expect(leaders()).toHaveLength(1);
    return among()[0] as Contender;
  };

  it('is exactly one of three, and another one when it is killed', async () => {
    for (const _ of [1, 2, 3]) contend();
    const first = await untilOneLeads();
    await end(first.process, 'SIGKILL');
    const second = await untilOneLeads();
    expect(second).not.toBe(first);
    await end(second.process, 'SIGTERM');
    expect(second.says()).toBe('following');
    expect(await untilOneLeads()).not.toBe(second);
  });

  it('leads no longer when the database is away, and one leads again when it is back', async () => {
    contend();
    contend();
    await untilOneLeads();
    await server.kill();
    while (leaders().length > 0) await pause(50);
    await pause(2500);
    expect(leaders()).toEqual([]);
    for (const { process } of contenders) expect(process.exitCode).toBeNull();
    await server.start();
    await untilOneLeads();
  });
});

it('is the only process there is, on an embedded database, until it stops', async () => {
  const events: string[] = [];
  const leadership = lead({
    url: undefined,
    name: 'alone',
    report: () => undefined,
    work: async (term) => {
      events.push('begins');
      await once(term, 'abort');
      events.push('ends');
    },
  });
  expect(leadership.leading).toBe(true);
  await leadership.stop();
  expect(leadership.leading).toBe(false);
  expect(events).toEqual(['begins', 'ends']);
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
