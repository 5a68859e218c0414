import { afterAll, beforeAll, expect, it } from 'vitest';
import { Sealer } from '../sealing.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { answer, enrol, newChallenge, visitor } from '../testing/visitors.ts';
import { Challenges } from './challenges.ts';
import { claimedName } from './claimed-name.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Draws these digits, one after another. */
const drawing = (...numbers: number[]) =>
  new Challenges({ db: server.services.db, now: () => new Date(), below: () => numbers.shift() ?? 0 });

it('does not ask somebody for digits again that are remembered of an answer, nor for nearly the same', async () => {
  const ada = await visitor(0);
  await enrol(server, ada);
  const challenge = await newChallenge(server, ada.name);
  await answer(server, { as: ada.name, by: ada, challenge });
  const { digits } = challenge;

  const changed = (count: number) =>
    Number(
      digits.replace(new RegExp(`^.{${count}}`), (some) => some.replace(/./g, (d) => String(9 - Number(d)))),
    );
  const [said, nearly, other] = [changed(0), changed(1), changed(2)];
  const of = async (given: string) => {
    const name = claimedName(given, new Sealer(Buffer.alloc(32, 7)));
    const visitor = { network: '192.0.2.1', visit: null, device: null };
    const answerer = { name, visitor, unlimited: true };
    return Number((await drawing(said, nearly, other).create({ ...answerer, withTurn: true })).digits);
  };
  expect(await of(` ${ada.name.toUpperCase()} `)).toBe(other);
  expect(await of('Somebody else')).toBe(said);
});
