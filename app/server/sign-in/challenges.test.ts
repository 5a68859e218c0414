import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { enrol, fullChallenge, signIn, visitor } from '../testing/visitors.ts';
import { Challenges } from './challenges.ts';

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
  const { id, digits } = await fullChallenge(server);
  await signIn(server, { as: ada.name, probe: ada.probe, challenge: id });

  const changed = (count: number) =>
    Number(
      digits.replace(new RegExp(`^.{${count}}`), (some) => some.replace(/./g, (d) => String(9 - Number(d)))),
    );
  const [said, nearly, other] = [changed(0), changed(1), changed(2)];
  const of = async (name?: string) =>
    Number((await drawing(said, nearly, other).create({ withTurn: true, name })).digits);
  expect(await of(` ${ada.name.toUpperCase()} `)).toBe(other);
  expect(await of('Somebody else')).toBe(said);
  expect(await of()).toBe(said);
});
