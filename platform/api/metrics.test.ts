import { ExperimentAnalysis } from '@visavox/control/experiments/analysis';
import type { Experiment } from '@visavox/core/experiment';
import { ExperimentPlan } from '@visavox/core/experiment';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestPlatform } from './testing/test-platform.ts';

let platform: TestPlatform;
let ada: string;
beforeAll(async () => {
  platform = await TestPlatform.open();
  ada = await platform.user('ada', 'operator');
});
afterAll(() => platform.close());

const experiment: Experiment = {
  ...{ id: 'e1', model: 'iris', environment: 'test', champion: 'old', challenger: 'new', state: 'running' },
  plan: ExperimentPlan.parse({ kind: 'shadow', metrics: [{ name: 'refusals', role: 'primary' }] }),
  ...{ decision: null, salt: 'salt', createdAt: '2026-01-05T12:00:00Z' },
};

async function scraped(token: string): Promise<{ status: number; lines: readonly string[] }> {
  const response = await platform.app.request('/api/v1/metrics', {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, lines: (await response.text()).split('\n') };
}

it('are for whoever may look, and for nobody else', async () => {
  expect((await scraped('no token')).status).toBe(401);
  const vera = await platform.user('vera', 'viewer');
  expect((await scraped(vera)).status).toBe(200);
});

it('say what was answered, by routes that are known, whatever callers ask for', async () => {
  await platform.ask(ada, 'GET', '/api/v1/me');
  await platform.ask(ada, 'GET', '/api/v1/made-up-1');
  await platform.ask(ada, 'GET', '/api/v1/models/nothing');
  const { lines } = await scraped(ada);
  const counts = lines.filter((line) => line.startsWith('visavox_http_request_duration_seconds_count'));
  expect(counts.some((line) => line.includes('route="/api/v1/me",status="200"'))).toBe(true);
  expect(counts.join('\n')).not.toContain('made-up');
  expect(counts.join('\n')).toContain('route="none",status="404"');
  expect(lines.some((line) => line.startsWith('process_resident_memory_bytes'))).toBe(true);
});

it('say what is released, and how far a test is', async () => {
  const analysis = new ExperimentAnalysis(experiment.plan);
  for (let person = 1; person <= 3; person++) {
    const [key, at] = [`person ${person}`, '2026-01-05T12:00:00Z'];
    analysis.add({ position: 2 * person, exposure: { key, arm: 'champion', share: 0 } });
    const record = { request: key, key, at, champion: { refusals: 1 }, challenger: { refusals: 0 } } as const;
    analysis.add({ position: 2 * person + 1, record });
  }
  platform.experiments.list = async () => [experiment, { ...experiment, id: 'e0', state: 'ended' }];
  platform.experiments.running = async () => [experiment];
  platform.experiments.analysis = async () => analysis.result();
  const path = '/api/v1/models/iris/releases?environment=test';
  const { body } = await platform.ask(ada, 'POST', path, { version: 2 });
  await platform.ask(ada, 'POST', `/api/v1/releases/${body.id}/promote`);
  const { lines } = await scraped(ada);
  expect(lines).toContain('visavox_release_version{model="iris",environment="test",stage="champion"} 2');
  expect(lines).toContain(
    'visavox_experiment_running{experiment="e1",model="iris",environment="test",kind="shadow"} 1',
  );
  expect(lines).toContain('visavox_experiment_people{experiment="e1",arm="challenger"} 3');
  const evidence = lines.find((line) => line.includes('metric="refusals",of="better"'));
  // Three wins of three: E = 15 / 4.
  expect(Number(evidence?.split(' ').at(-1))).toBeCloseTo(Math.log(15 / 4), 9);
  expect(lines.join('\n')).not.toContain('experiment="e0"');
});
