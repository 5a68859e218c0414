import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openNumbersProject, proposed, upWithChampion } from './testing/numbers-project.ts';
import type { Terminal } from './testing/terminal.ts';

let terminal: Terminal;
/** Releases of the first and the second version. */
let champion: string;
let challenger: string;

beforeAll(async () => {
  terminal = await openNumbersProject();
  champion = await upWithChampion(terminal);
}, 240_000);
afterAll(() => terminal.close());

async function tell(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const token = await readFile(join(terminal.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const response = await fetch(`${terminal.url}/api/v1/experiments/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const at = new Date().toISOString();
const people = (count: number) => Array.from({ length: count }, (_, index) => `person ${index}`);
const begin = (...words: string[]) =>
  terminal.asks('experiments', 'begin', challenger, '--model', 'numbers', '--metric', 'refusals', ...words);

describe('a challenger', { timeout: 240_000 }, () => {
  it('is tested in the shadow of the champion, and becomes it when it surely errs less', async () => {
    challenger = await proposed(terminal, 'double');
    const { id, state } = await begin();
    expect(state).toBe('running');
    expect(await begin(), 'one at a time').toMatchObject({ error: { code: 'experiment_running' } });
    const outcomes = people(14).map((key) => ({
      ...{ request: `first ${key}`, key, at },
      ...{ champion: { refusals: 1 }, challenger: { refusals: 0 } },
    }));
    expect(await tell(`${id}/outcomes`, { outcomes })).toMatchObject({ status: 200, body: { counted: 14 } });
    const decided = await vi.waitFor(
      async () => {
        const shown = await terminal.asks('experiments', 'show', id);
        expect(shown.state).toBe('ended');
        return shown;
      },
      { timeout: 60_000, interval: 500 },
    );
    expect(decided).toMatchObject({
      decision: { outcome: 'promote', reason: expect.stringContaining('fewer refusals') },
      arms: [
        { arm: 'champion', release: champion, people: 14 },
        { arm: 'challenger', release: challenger, people: 14 },
      ],
      metrics: [{ name: 'refusals', role: 'primary' }],
    });
    const { releases } = await terminal.asks('release', 'status');
    expect(releases.find((one: { stage: string }) => one.stage === 'champion')).toMatchObject({
      id: challenger,
      reason: expect.stringContaining(id),
    });
    expect((await tell(`${id}/outcomes`, { outcomes })).body).toMatchObject({ code: 'experiment_ended' });
    const { stdout } = await terminal.types('experiments', 'show', id);
    expect(stdout, 'the evidence grows until it decides').toMatch(/refusals +▁[▁-▇]+█+ +▁+ /u);
    expect(decided, 'what is drawn stays out of the document').not.toHaveProperty('path');
  });

  it('serves its part of the people, the same ones each time, until somebody ends it', async () => {
    challenger = await proposed(terminal, 'echo');
    const { id } = await begin('--kind', 'ab');
    const expose = async (key: string) => (await tell(`${id}/exposures`, { key })).body;
    const first = await Promise.all(people(40).map(expose));
    expect(await Promise.all(people(40).map(expose))).toEqual(first);
    const { stdout } = await terminal.types('experiments', 'stop', id, '--reason', 'enough of it');
    expect(stdout).toContain('stopped: enough of it');
    expect(await terminal.asks('experiments', 'list')).toMatchObject({
      experiments: [
        { id, state: 'ended', people: 40, arms: [{ version: 2 }, { version: 1 }] },
        { decision: { outcome: 'promote' }, people: 14, arms: [{ version: 1 }, { version: 2 }] },
      ],
    });
    const { releases } = await terminal.asks('release', 'status');
    expect(releases.find((one: { id: string }) => one.id === challenger).stage).toBe('held-back');
  });
});
