import { expect, it } from 'vitest';
import { Bodies, bodyLimits } from './bodies.ts';

/** What comes when it is sent. */
function sender() {
  const pipe = new TransformStream<Uint8Array, Uint8Array>();
  const writer = pipe.writable.getWriter();
  return {
    stream: pipe.readable,
    send: (bytes: number) => void writer.write(new Uint8Array(bytes)),
    end: () => void writer.close(),
  };
}
const from = { network: '192.0.2.1', expected: undefined };

it('reads a body whole', async () => {
  const { stream, send, end } = sender();
  send(3);
  send(4);
  end();
  expect((await new Bodies().read(stream, from)).bytes.length).toBe(7);
});

it('gives up on a body that trickles', async () => {
  const bodies = new Bodies({ ...bodyLimits, slowAfterMs: 10 });
  const { stream, send } = sender();
  send(1);
  await expect(bodies.read(stream, from)).rejects.toMatchObject({ name: 'BodyTooSlow' });
});

it('lets few slow bodies of one network come, and gives up on the slowest', async () => {
  const bodies = new Bodies({ ...bodyLimits, slowAfterMs: 10, bytesPerSecond: 0, slowOfOneNetwork: 2 });
  const outcomes: string[] = [];
  const senders = [1, 10, 100].map((bytes) => {
    const one = sender();
    one.send(bytes);
    bodies.read(one.stream, from).then(
      () => outcomes.push(`${bytes} read`),
      (error) => outcomes.push(`${bytes} ${error.name}`),
    );
    return one;
  });
  while (outcomes.length === 0) await new Promise((done) => setTimeout(done, 20));
  expect(outcomes).toEqual(['1 BodyTooSlow']);
  for (const { end } of senders.slice(1)) end();
  while (outcomes.length < 3) await new Promise((done) => setTimeout(done, 20));
  expect(outcomes.slice(1).sort()).toEqual(['10 read', '100 read']);
});

it('holds so many bytes at once and no more, of which one network has half', async () => {
  const bodies = new Bodies({ ...bodyLimits, heldBytes: 1000 });
  const held = async (network: string, bytes: number, expected?: number) => {
    const { stream, send, end } = sender();
    send(bytes);
    end();
    return bodies.read(stream, { network, expected });
  };
  const first = await held('a', 400);
  await expect(held('a', 200)).rejects.toMatchObject({ code: 'busy', kind: 'unavailable' });
  await expect(held('b', 1, 501)).rejects.toMatchObject({ code: 'busy' });
  await held('b', 500);
  await expect(held('c', 200)).rejects.toMatchObject({ code: 'busy' });
  first.release();
  first.release();
  await held('c', 200);
});
