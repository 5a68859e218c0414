import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rotateOperatorToken } from '@visavox/host/operator-token';
import type { RunningServer } from '@visavox/host/up';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseSettings } from './settings.ts';
import { answerForm, enrolLive, type Visitor, visitor } from './testing/visitors.ts';
import { up } from './up.ts';

const root = resolve(import.meta.dirname, '../..');
let home: string;
let ada: Visitor;
let server: RunningServer | undefined;
const told: string[] = [];

const start = async (settings: Record<string, string> = {}) => {
  const environment = { ...process.env, VISAVOX_HOME: home, PORT: '0', ...settings };
  server = await up(parseSettings(environment, root), (line) => void told.push(line));
  return server;
};
/** How well synthetic people are recognised is for other tests. */
const decided = { decision: expect.any(String), servedBy: { model: 'recogniser', version: 1 } };
const signIn = async (url: string) => {
  const challenge = await (
    await fetch(`${url}/api/v1/challenges`, {
      method: 'POST',
      body: JSON.stringify({ name: ada.name }),
      headers: { 'content-type': 'application/json' },
    })
  ).json();
  const film = await ada.film(challenge.digits, challenge.turn);
  const body = answerForm({ name: ada.name, challenge: challenge.id }, ada, film);
  return (await fetch(`${url}/api/v1/attempts`, { method: 'POST', body })).json();
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'visavox-up-'));
  ada = await visitor(0);
});
afterAll(async () => {
  await server?.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

it('starts with everything, stops, and knows everyone when it starts again', {
  timeout: 300_000,
}, async () => {
  const first = await start();
  const enrolled = await enrolLive(first.url, ada);
  expect(enrolled.status).toBe(201);
  expect(await signIn(first.url)).toMatchObject(decided);

  const token = new URL(first.loginLink).hash.replace('#token=', '');
  const file = join(home, 'secrets', 'operator.token');
  expect((await readFile(file, 'utf8')).trim()).toBe(token);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const status = await fetch(`${first.url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  expect(await status.json()).toMatchObject({
    services: [{ name: 'database' }, { name: 'recogniser' }, { name: 'mlflow' }],
    people: 1,
  });
  await first.stop();
  await expect(fetch(first.url)).rejects.toThrow();

  const second = await start();
  expect(await signIn(second.url)).toMatchObject(decided);
  expect(second.loginLink.endsWith(token)).toBe(true);
  expect(told.join('\n')).toContain(second.loginLink);

  const login = await fetch(`${second.url}/api/v1/operator/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const statusOf = async (headers: Record<string, string>) =>
    (await fetch(`${second.url}/api/v1/people`, { headers })).status;
  expect(await statusOf({ cookie })).toBe(200);
  await rotateOperatorToken(file);
  await vi.waitFor(async () => expect(await statusOf({ cookie })).toBe(401), {
    timeout: 20_000,
    interval: 200,
  });
  const next = (await readFile(file, 'utf8')).trim();
  expect(await statusOf({ authorization: `Bearer ${token}` })).toBe(401);
  expect(await statusOf({ authorization: `Bearer ${next}` })).toBe(200);
});

it('is one for each home', async () => {
  const environment = { ...process.env, VISAVOX_HOME: home, PORT: '0' };
  const another = up(parseSettings(environment, root), () => {});
  await expect(another).rejects.toMatchObject({ code: 'database_in_use' });
});

it('says which setting cannot be used', () => {
  expect(() => parseSettings({ PORT: 'eighty' }, root)).toThrow(/PORT/);
  expect(() => parseSettings({ VISAVOX_RETRAIN_PEOPLE: '0' }, root)).toThrow(/VISAVOX_RETRAIN_PEOPLE/);
  expect(() => parseSettings({ VISAVOX_ENGINE: 'kubeflow' }, root)).toThrow(/needs KFP_ENDPOINT/);
  expect(() => parseSettings({ KFP_ENDPOINT: 'ml-pipeline:8888' }, root)).toThrow(/KFP_ENDPOINT/);
  expect(parseSettings({ PORT: '' }, root)).toMatchObject({ port: 4600, host: '127.0.0.1' });
});

it('runs another project as the platform alone', { timeout: 120_000 }, async () => {
  const empty = await mkdtemp(join(tmpdir(), 'visavox-up-other-'));
  const environment = { ...process.env, VISAVOX_HOME: empty, PORT: '0' };
  const other = await up(parseSettings(environment, root), () => {}, { project: { name: 'weather' } });
  try {
    const authorization = `Bearer ${new URL(other.loginLink).hash.replace('#token=', '')}`;
    const status = await fetch(`${other.url}/api/v1/status`, { headers: { authorization } });
    expect(await status.json()).toMatchObject({ environments: [] });
    const attempts = await fetch(`${other.url}/api/v1/challenges`, { method: 'POST' });
    expect(attempts.status).toBe(404);
  } finally {
    await other.stop();
    await rm(empty, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});
