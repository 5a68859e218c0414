import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import { type BomSubject, mlBom } from './ml-bom.ts';
import { noCard } from './model-card.ts';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const valid = (subject: BomSubject) => validator.validate(JSON.stringify(mlBom(subject)));

const bare: BomSubject = {
  model: {
    ...{ name: 'wines', version: 3, bundle: digestOf('bundle'), run: null },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', metrics: {} },
  },
  manifest: { format: 1, name: 'wines', files: [], parent: null, properties: {} },
  description: {
    ...{ format: 1, flavour: null, flavours: [], file: null, signature: null, example: null, card: null },
    ...{ licence: null, requirements: [], python: null, faults: [] },
  },
  card: noCard,
  datasets: [],
};
const full: BomSubject = {
  model: { ...bare.model, run: 'run-7', metrics: { accuracy: 0.9 } },
  manifest: {
    ...bare.manifest,
    files: ['MLmodel', 'data/a b é.pkl'].map((path) => ({ path, digest: digestOf(path), bytes: 3 })),
  },
  description: {
    ...bare.description,
    ...{ flavour: 'sklearn', flavours: ['sklearn'] },
    requirements: [
      'scikit-learn==1.9.1',
      'mlflow',
      'uvicorn[standard]==0.3 ; python_version > "3"',
      'mlflow',
    ],
    signature: {
      inputs: [{ name: 'alcohol', type: 'double', required: true }],
      outputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'int64', shape: [-1] } }],
      params: null,
    },
  },
  card: {
    ...noCard,
    ...{ licence: 'apache-2.0', task: 'tabular-classification', tags: ['wine'], limits: 'One region.' },
    metrics: [
      { name: 'accuracy', value: 0.9, interval: { low: 0.8, high: 0.95 }, slice: 'test', data: null },
      { name: 'loss', value: 1e-9, interval: null, slice: null, data: null },
    ],
  },
  datasets: [{ name: 'wine', digest: digestOf('wine') }],
};

describe('a bill of materials', () => {
  it.each([
    ['of which nothing is known but its files', bare],
    ['with all that can be known', full],
    ['whose licence is no SPDX identifier', { ...full, card: { ...full.card, licence: 'our own terms' } }],
  ])('%s is valid CycloneDX 1.6', async (_, subject) => {
    expect(await valid(subject)).toBeNull();
  });

  it('is held against a schema that refuses what is none', async () => {
    expect(
      await validator.validate(JSON.stringify({ ...mlBom(full), components: [{ name: 'x' }] })),
    ).not.toBeNull();
  });

  it('names licence, packages, data and figures with their intervals', () => {
    const { metadata, components } = mlBom(full);
    expect(metadata.component).toMatchObject({
      licenses: [{ license: { id: 'Apache-2.0' } }],
      modelCard: {
        quantitativeAnalysis: {
          performanceMetrics: [
            {
              ...{ type: 'accuracy', value: '0.9', slice: 'test' },
              confidenceInterval: { lowerBound: '0.8', upperBound: '0.95' },
            },
            { type: 'loss', value: '1e-9' },
          ],
        },
        considerations: { technicalLimitations: ['One region.'] },
      },
    });
    expect(components.map((one) => one['bom-ref'])).toEqual([
      ...['file:MLmodel', 'file:data/a b é.pkl', 'pkg:pypi/scikit-learn@1.9.1', 'pkg:pypi/mlflow'],
      ...['pkg:pypi/uvicorn@0.3', `dataset:${digestOf('wine')}`],
    ]);
  });

  it('is the same whenever it is asked for', () => {
    expect(mlBom(full)).toEqual(mlBom(full));
  });
});
