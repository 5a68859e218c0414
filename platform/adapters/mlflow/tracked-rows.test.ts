import { describe, expect, it } from 'vitest';
import { batches, mappedKeys, trackedRows } from './tracked-rows.ts';

const time = new Date('2026-03-01T10:00:00Z');
const metric = (key: string, value = 1) => ({ key, value, step: 0, time });
const texts = (rows: ReturnType<typeof trackedRows>['rows'], kind: 'params' | 'tags') =>
  Object.fromEntries(rows.flatMap((one) => (one.kind === kind ? [[one.row.key, one.row.value]] : [])));

describe('names', () => {
  it.each([
    ['loss', 'loss'],
    ['größe/validation loss: top-5', 'größe/validation loss: top-5'],
    ['acc@1', 'acc_1'],
    ['wer (%)', 'wer _'],
    ['/a//b/./c/', 'a/b/_/c'],
    ['../secret', '_/secret'],
    ['', '_'],
    ['👍', '_'],
  ])('%j is %j in MLflow', (name, key) => {
    expect(mappedKeys([name]).get(name)).toBe(key);
  });

  it('that would be the same there stay apart', () => {
    const keys = mappedKeys(['acc@1', 'acc#1', 'acc_1', 'x'.repeat(251), `${'x'.repeat(251)}y`]);
    expect(new Set(keys.values()).size).toBe(5);
    expect(keys.get('acc_1')).toBe('acc_1');
    for (const key of keys.values()) expect(key.length).toBeLessThanOrEqual(250);
  });
});

describe('values', () => {
  it('are JSON unless they are texts', () => {
    const parameters = {
      config: { a: { b: 1 } },
      names: ['a,b', 'c'],
      depth: 3,
      sure: true,
      text: 'as it is',
    };
    const { rows, notices } = trackedRows({ parameters });
    expect(texts(rows, 'params')).toEqual({
      ...{ config: '{"a":{"b":1}}', names: '["a,b","c"]', depth: '3', sure: 'true', text: 'as it is' },
    });
    expect(notices).toEqual([]);
  });

  it('that are too long are cut, with a tag and a word about it', () => {
    const { rows, notices } = trackedRows({ parameters: { prompt: 'x'.repeat(20_000) } });
    expect(texts(rows, 'params').prompt).toHaveLength(6000);
    expect(texts(rows, 'tags')).toEqual({ 'visavox.cut.prompt': '20000 characters, of which 6000 are kept' });
    expect(notices).toEqual(['The parameter "prompt" has 20000 characters; MLflow keeps the first 6000.']);
  });

  it('hold no half characters and no zeros, which databases refuse', () => {
    const parameters = { odd: 'a\0b\ud800c', long: `${'x'.repeat(5999)}😀` };
    const { rows } = trackedRows({ parameters });
    expect(texts(rows, 'params')).toEqual({ odd: 'a\uFFFDb\uFFFDc', long: 'x'.repeat(5999) });
  });

  it('need not be finite', () => {
    const { rows } = trackedRows({
      metrics: [metric('a', Number.NaN), metric('b', Number.NEGATIVE_INFINITY)],
    });
    expect(rows.map(({ row }) => row.value)).toEqual(['NaN', '-Infinity']);
  });
});

it('keeps the original name of what it renamed in a tag, and says so', () => {
  const { rows, notices } = trackedRows({ metrics: [metric('acc@1'), metric('acc@1'), metric('plain')] });
  expect(texts(rows, 'tags')).toEqual({ 'visavox.name.acc_1': 'acc@1' });
  expect(notices).toEqual(['The metric "acc@1" is called "acc_1" in MLflow.']);
});

it('sends as few calls as MLflow allows', () => {
  const parameters = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`p${n}`, 'v']));
  const metrics = Array.from({ length: 1500 }, (_, n) => metric(`m${n}`));
  const sizes = batches(trackedRows({ parameters, metrics }).rows).map((batch) => [
    batch.length,
    batch.filter(({ kind }) => kind === 'params').length,
  ]);
  expect(sizes.every(([all = 0, params = 0]) => all <= 1000 && params <= 100)).toBe(true);
  expect(sizes).toHaveLength(3);
  const long = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`p${n}`, '"'.repeat(6000)]));
  for (const batch of batches(trackedRows({ parameters: long }).rows))
    expect(JSON.stringify(batch.map(({ row }) => row)).length).toBeLessThan(1_000_000);
});
