import { describe, expect, it } from 'vitest';
import { Scratch } from './scratch.ts';

describe('scratch buffers', () => {
  it('are used again, and never by two at once', async () => {
    const scratch = new Scratch(4);
    const seen = new Set<Float32Array>();
    const use = () =>
      scratch.lend(async (buffer) => {
        seen.add(buffer);
        await Promise.resolve();
        return buffer;
      });
    const [first, second] = await Promise.all([use(), use()]);
    expect(first).not.toBe(second);
    await use();
    await use();
    expect(seen.size).toBe(2);
  });

  it('come back from work that fails', async () => {
    const scratch = new Scratch(4);
    let used: Float32Array | undefined;
    const failing = scratch.lend(async (buffer) => {
      used = buffer;
      throw new Error('no face');
    });
    await expect(failing).rejects.toThrow('no face');
    await scratch.lend(async (buffer) => expect(buffer).toBe(used));
  });
});
