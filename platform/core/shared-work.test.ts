import { describe, expect, it } from 'vitest';
import { SharedWork } from './shared-work.ts';

describe('work that is shared', () => {
  it('is done once for all who ask, until it is forgotten', async () => {
    const shared = new SharedWork<string, number>();
    let done = 0;
    const work = async () => ++done;
    expect(await Promise.all([shared.of('a', work), shared.of('a', work)])).toEqual([1, 1]);
    expect(shared.keys()).toEqual(['a']);
    expect(await shared.forget('a')).toBe(1);
    expect(shared.forget('a')).toBeUndefined();
    expect(await shared.of('a', work)).toBe(2);
  });

  it('is done anew after it failed', async () => {
    const shared = new SharedWork<string, string>();
    await expect(shared.of('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await shared.of('a', async () => 'there')).toBe('there');
  });

  it('keeps what was begun again after the first was forgotten, even when the first fails later', async () => {
    const shared = new SharedWork<string, string>();
    let fail = () => {};
    const first = shared.of('a', () => new Promise((_, reject) => (fail = () => reject(new Error('late')))));
    shared.forget('a');
    const second = shared.of('a', async () => 'second');
    fail();
    await expect(first).rejects.toThrow('late');
    expect(shared.of('a', async () => 'third')).toBe(second);
  });
});
