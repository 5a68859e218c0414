import { expect, it } from 'vitest';
import { maskedValue } from './masked-request.ts';

const hidden = new Set(['age', 'street']);
const mask = (value: unknown) => maskedValue(value, hidden);

it('hides columns, keys and tensors by their names, in every form that a model is asked in', () => {
  expect(
    mask({
      dataframe_split: {
        columns: ['age', 'x'],
        data: [
          [41, 1],
          [42, 2],
        ],
      },
    }),
  ).toEqual({
    dataframe_split: {
      columns: ['age', 'x'],
      data: [
        ['***', 1],
        ['***', 2],
      ],
    },
  });
  expect(mask({ dataframe_records: [{ age: 41, x: 1 }] })).toEqual({
    dataframe_records: [{ age: '***', x: 1 }],
  });
  expect(mask({ inputs: { age: [41], x: [1] } })).toEqual({ inputs: { age: '***', x: [1] } });
  expect(mask({ instances: [{ age: 41 }, { x: 1 }] })).toEqual({ instances: [{ age: '***' }, { x: 1 }] });
  const tensor = { datatype: 'FP32', shape: [1], data: [41] };
  expect(
    mask({
      inputs: [
        { name: 'age', ...tensor },
        { name: 'x', ...tensor },
      ],
    }),
  ).toEqual({
    inputs: [
      { name: 'age', ...tensor, data: '***' },
      { name: 'x', ...tensor },
    ],
  });
});

it('leaves everything as it is where nothing is to be hidden', () => {
  const value = { inputs: [{ name: 'age', data: [1] }] };
  expect(maskedValue(value, new Set())).toBe(value);
});
