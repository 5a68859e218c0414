import { describe, expect, it } from 'vitest';
import { readInvocation } from './model-input.ts';
import type { SignaturePart } from './model-signature.ts';
import { inputFaults } from './signature-fit.ts';

const petals: SignaturePart[] = [
  { name: 'length', type: 'double', required: true },
  { name: 'species', type: 'string', required: true },
  { name: 'count', type: 'long', required: false },
];
const image: SignaturePart[] = [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 2, 2] } }];

/** `sent`: as somebody sends it to `/invocations`. */
function faults(inputs: SignaturePart[] | null, sent: unknown): readonly string[] {
  const input = readInvocation(sent);
  if (!input) throw new Error('nothing that can be sent');
  return inputFaults({ inputs }, input);
}

describe('an input of columns', () => {
  it.each([
    { dataframe_split: { columns: ['length', 'species', 'count'], data: [[1, 'setosa', 2]] } },
    { dataframe_split: { columns: ['species', 'length'], data: [['setosa', 1.5]] } },
    { dataframe_records: [{ length: null, species: 'setosa', extra: true }] },
    { inputs: { length: [1.5, 2], species: ['setosa', 'virginica'] } },
    { instances: [{ length: 1.5, species: 'setosa' }] },
    { dataframe_split: { data: [[1, 'setosa', 3]] } },
  ])('fits in whatever form it is sent: %j', (sent) => {
    expect(faults(petals, sent)).toEqual([]);
  });

  it.each([
    [{ dataframe_records: [{ species: 'setosa' }] }, /lacks "length": the signature has length: double/],
    [
      { dataframe_records: [{ length: 'long', species: 'setosa' }] },
      /column "length", row 1: expected double, received "long"/,
    ],
    [{ dataframe_records: [{ length: 1, species: 7 }] }, /expected string, received 7/],
    [
      { inputs: { length: [1], species: ['a'], count: [0.5] } },
      /"count", row 1: expected long, received 0.5/,
    ],
    [{ dataframe_split: { data: [[1, 'setosa']] } }, /2 columns, where the signature has 3 columns/],
    [{ dataframe_split: { data: [[1], [1, 2]] } }, /different numbers of columns/],
    [
      {
        dataframe_split: {
          columns: ['length', 'species'],
          data: [
            [1, 'a'],
            [null, null],
            [true, 'b'],
          ],
        },
      },
      /row 3/,
    ],
  ])('is told what was expected and what was received: %j', (sent, expected) => {
    expect(faults(petals, sent).join('; ')).toMatch(expected);
  });
});

describe('an input of tensors', () => {
  it.each([
    {
      inputs: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    },
    {
      instances: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ],
    },
    {
      inputs: {
        whatever: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      },
    },
    {
      inputs: [
        [
          [null, 2],
          [3, 'NaN'],
        ],
      ],
    },
  ])('fits: %j', (sent) => {
    expect(faults(image, sent)).toEqual([]);
  });

  it.each([
    [{ inputs: [[1, 2]] }, /expected the shape \[-1, 2, 2\], received \[1, 2\]/],
    [{ inputs: [[[1, 2], [3]]] }, /lists have different lengths/],
    [
      {
        inputs: [
          [
            ['a', 2],
            [3, 4],
          ],
        ],
      },
      /expected float32, received "a"/,
    ],
    [{ inputs: [] }, /received \[0\]/],
  ])('does not fit: %j', (sent, expected) => {
    expect(faults(image, sent).join('; ')).toMatch(expected);
  });

  it('has the names of several', () => {
    const two: SignaturePart[] = ['a', 'b'].map((name) => ({
      name,
      type: 'tensor',
      'tensor-spec': { dtype: 'int64', shape: [-1] },
    }));
    expect(faults(two, { inputs: { a: [1], b: [2] } })).toEqual([]);
    expect(faults(two, { inputs: { a: [1], c: [2] } }).join('; ')).toMatch(/lacks "b".*has "c", which/);
    expect(faults(two, { inputs: { a: [1], b: [2.5] } })).toEqual(['"b": expected int64, received 2.5']);
    expect(faults(two, { inputs: [1] }).join()).toMatch(/one tensor, where the signature has 2 tensors/);
  });
});

it('is not held against a signature that nobody knows', () => {
  expect(faults(null, { inputs: 'anything' })).toEqual([]);
});

it('is nothing that can be sent without one of the four forms', () => {
  for (const sent of [7, [], {}, { data: [] }, { dataframe_split: {} }, { instances: 1 }])
    expect(readInvocation(sent)).toBeUndefined();
});
