import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from './check-project.ts';
import { readProjectFile } from './project-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-project-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = join(folder, 'visavox.config.yaml');
  await writeFile(file, text);
  return readProjectFile(file);
}

describe('a project in YAML', () => {
  it('declares what the same in TypeScript does', async () => {
    const { name, models } = await read(`
name: irises
models:
  irises:
    pipeline: pipeline.py
    dataset: irises
    environments: [test, production]
    triggers:
      - newVersion: irises
      - newItems: 100
      - schedule: "0 3 * * 1"
        timezone: Europe/Paris
    gate:
      accuracy: { better: higher, tolerance: 0.01, atLeast: 0.8 }
`);
    expect(name).toBe('irises');
    const model = checkModel('irises', models?.irises);
    expect(model).toMatchObject({
      ...{ pipeline: 'pipeline.py', dataset: 'irises', environments: ['test', 'production'] },
      gate: {
        criteria: [
          { metric: 'accuracy', rule: 'not-worse', tolerance: 0.01, better: 'higher' },
          { metric: 'accuracy', rule: 'at-least', tolerance: 0.8 },
        ],
      },
    });
    expect(Array.isArray(model.triggers) && model.triggers.map((trigger) => trigger.name)).toEqual([
      ...['dataset irises', 'thresholds', 'schedule 0 3 * * 1 Europe/Paris'],
    ]);
  });

  it('says what differs between environments', async () => {
    const { models } = await read(
      model(`    environments:
      - test
      - name: production
        replicas: { min: 2, max: 5 }
        resources: { cpu: 500m, memory: 2Gi }
        variables: { THRESHOLD: "0.5" }
        secrets: [API_TOKEN]
`),
    );
    expect(checkModel('a', models?.a).environments).toEqual([
      'test',
      {
        name: 'production',
        ...{ replicas: { min: 2, max: 5 }, resources: { cpu: '500m', memory: '2Gi' } },
        ...{ variables: { THRESHOLD: '0.5' }, secrets: ['API_TOKEN'] },
      },
    ]);
  });

  it.each([
    [
      { secrets: ['KEY'], variables: { KEY: 'a' } },
      {},
      /"models\.a\.environments\.0\.secrets": KEY is among/,
    ],
    [{ replicas: { min: 2 } }, { target: () => ({}) }, /environments\.0\.replicas": a model with a `target`/],
  ])('is refused where it says two things: %j', (environment, more, message) => {
    const declared = {
      ...{ pipeline: 'p.py', dataset: 'd', environments: [{ name: 'production', ...environment }] },
      gate: { minimumUnits: 1, criteria: [{ metric: 'loss', rule: 'improve', tolerance: 0 }] },
      ...more,
    };
    expect(() => checkModel('a', declared)).toThrow(message);
  });

  const model = (more: string) =>
    `name: a\nmodels:\n  a:\n    pipeline: p.py\n    dataset: d\n    gate: { loss: { better: lower } }\n${more}`;

  it.each([
    ['text that is no YAML', 'name: [', /visavox\.config\.yaml: .*line 1/],
    ['no name', 'models: {}', /"name": /],
    ['a key that there is not', model('    trigger: []\n'), /"models\.a": .*trigger/],
    [
      'a trigger that there is not',
      model('    triggers:\n      - onTuesdays: true\n'),
      /"models\.a\.triggers\.0"/,
    ],
    ['a schedule that is none', model('    triggers:\n      - schedule: at three\n'), /at three/],
    ['no gate', 'name: a\nmodels: { a: { pipeline: p.py, dataset: d } }', /"models\.a\.gate"/],
    [
      'a gate without a metric',
      'name: a\nmodels: { a: { pipeline: p.py, dataset: d, gate: {} } }',
      /a metric at least/,
    ],
    [
      'memory that is none',
      model('    environments:\n      - test\n      - { name: production, resources: { memory: 2 GB } }\n'),
      /"models\.a\.environments\.1\.resources\.memory": expected memory as Kubernetes has it/,
    ],
    [
      'a number where a text is',
      model('    environments:\n      - { name: production, variables: { THRESHOLD: 0.5 } }\n'),
      /"models\.a\.environments\.0\.variables\.THRESHOLD": expected a text/,
    ],
    [
      'a setting of the server as a secret',
      model('    environments:\n      - { name: production, secrets: { KEY: VISAVOX_KEY } }\n'),
      /"models\.a\.environments\.0\.secrets\.KEY": it is a setting of the server itself/,
    ],
    [
      'the same in a list',
      model('    environments:\n      - { name: production, secrets: [DATABASE_URL] }\n'),
      /"models\.a\.environments\.0\.secrets\.0": it is a setting of the server itself/,
    ],
    [
      'a key of an environment that there is not',
      model('    environments:\n      - { name: production, memory: 2Gi }\n'),
      /"models\.a\.environments\.0": .*"memory"/,
    ],
  ])('is refused with the place that is wrong: %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
