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
  ])('is refused with the place that is wrong: %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
