import { describe, expect, it } from 'vitest';
import { parsePythonJson } from './python-json.ts';

describe("JSON of Python's own kind", () => {
  it('is read, with what is no finite number as text and listed', () => {
    expect(
      parsePythonJson('{"loss": NaN, "rows": [1, -Infinity], "text": "NaN \\" Infinity", "big": 1e999}'),
    ).toEqual({
      value: { loss: 'NaN', rows: [1, '-Infinity'], text: 'NaN " Infinity', big: 'Infinity' },
      notFinite: [
        { path: ['loss'], value: 'NaN' },
        { path: ['rows', 1], value: '-Infinity' },
        { path: ['big'], value: 'Infinity' },
      ],
    });
  });

  it('is not all that looks like it', () => {
    expect(parsePythonJson('{"loss": NaNs}')).toBeUndefined();
    expect(parsePythonJson('NaN')?.value).toBe('NaN');
    expect(parsePythonJson('')).toBeUndefined();
  });
});
