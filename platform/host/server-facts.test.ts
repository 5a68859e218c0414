import { expect, it } from 'vitest';
import { serverFacts } from './server-facts.ts';
import { parsePlatformSettings } from './settings.ts';

const facts = (environment: Record<string, string>) =>
  serverFacts(parsePlatformSettings(environment, { root: '/birds' }), {
    ...{ name: 'birds', root: '/birds', models: [] },
    declaration: { name: 'birds', engines: { rehearsal: async () => Promise.reject(new Error('unused')) } },
  });
const values = (environment: Record<string, string>) =>
  Object.fromEntries(facts(environment).settings.map(({ name, value }) => [name, value]));

it('tells what a server runs with, by the names that set it', () => {
  expect(values({ PORT: '4700', VISAVOX_TRUSTED_PROXIES: '10.0.0.0/8, 10.1.0.1' })).toMatchObject({
    ...{ PORT: '4700', VISAVOX_ROLE: 'all', VISAVOX_HOME: '/birds/.visavox/home', DATABASE_URL: null },
    ...{ VISAVOX_TRUSTED_PROXIES: '10.0.0.0/8, 10.1.0.1', VISAVOX_CODE_LIMIT: '500MB' },
  });
  expect(facts({}).engines).toEqual(['local', 'rehearsal']);
  expect(facts({ KFP_ENDPOINT: 'http://pipelines:8888' }).engines).toEqual([
    ...['local', 'kubeflow', 'rehearsal'],
  ]);
});

it('tells no secret, wherever one may stand', () => {
  const secret = 'hush';
  const told = JSON.stringify(
    facts({
      DATABASE_URL: `postgres://visavox:${secret}@db:5432/visavox?sslpassword=${secret}`,
      VISAVOX_PUBLIC_URL: `https://${secret}@birds.example`,
      VISAVOX_KEY: secret.repeat(16),
      MLFLOW_TRACKING_URI: `http://birds:${secret}@mlflow:5000/?token=${secret}#${secret}`,
      MLFLOW_TRACKING_USERNAME: 'birds',
      MLFLOW_TRACKING_PASSWORD: secret,
      KFP_ENDPOINT: `http://${secret}:${secret}@pipelines:8888`,
      AWS_ACCESS_KEY_ID: secret,
      AWS_SECRET_ACCESS_KEY: secret,
      VISAVOX_OBJECTS: 's3://birds/nest',
    }),
  );
  expect(told).toContain('postgres://db:5432/visavox');
  expect(told).toContain('s3://birds/nest');
  expect(told).not.toContain(secret);
});

it('shows of an address that only a driver can read no more than its scheme', () => {
  expect(values({ DATABASE_URL: 'postgres://birds:hush@/visavox?host=/run/postgresql' }).DATABASE_URL).toBe(
    'postgres:…',
  );
});
