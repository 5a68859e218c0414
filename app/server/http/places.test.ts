import { expect, it } from 'vitest';
import { Places, type Turn } from './places.ts';

/** A clock that stands until it is moved, and requests that take as long as they are let. */
function scene(options: { atOnce: number; waitAtMostMs?: number; ofOneClient?: number }) {
  let now = 0;
  const places = new Places({ ...options, clock: () => now });
  const entered: string[] = [];
  const ask = async (client: string, name = client): Promise<Turn> => {
    const turn = places.announce({ client, kind: 'attempt' });
    void turn.enter().then(
      () => entered.push(name),
      (error) => entered.push(`${name} ${error.code}`),
    );
    await settled();
    return turn;
  };
  const finish = async (turn: Turn, tookMs: number) => {
    now += tookMs;
    turn.leave();
    await settled();
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { places, entered, ask, finish, pass };
}
const settled = () => new Promise(setImmediate);

it('lets a few in at once, and the others one by one', async () => {
  const { entered, ask, finish } = scene({ atOnce: 2, ofOneClient: 2 });
  const [one, two] = [await ask('a', 'one'), await ask('a', 'two')];
  await ask('a', 'three');
  expect(entered).toEqual(['one', 'two']);
  await finish(two, 300);
  expect(entered).toEqual(['one', 'two', 'three']);
  one.leave();
  one.leave();
});

it('keeps a place for somebody else, whatever one client asks for', async () => {
  const { entered, ask } = scene({ atOnce: 3 });
  for (const name of ['a1', 'a2', 'a3']) await ask('a', name);
  expect(entered).toEqual(['a1', 'a2']);
  await ask('b');
  expect(entered).toEqual(['a1', 'a2', 'b']);
});

it('serves a newcomer before the tenth request of another client', async () => {
  const { entered, ask, finish } = scene({ atOnce: 1, waitAtMostMs: 10_000 });
  const turns = [];
  for (let index = 0; index < 10; index++) turns.push(await ask('many', `many ${index}`));
  await ask('newcomer');
  await finish(turns[0]!, 300);
  await finish(turns[1]!, 300);
  expect(entered).toContain('newcomer');
});

it('turns away at once who would wait too long, and says when to come again', async () => {
  const { ask, places, finish } = scene({ atOnce: 1, waitAtMostMs: 700 });
  const turn = await ask('a');
  await ask('a');
  await ask('a');
  const asking = { client: 'a', kind: 'attempt' };
  expect(() => places.announce(asking)).toThrow(
    expect.objectContaining({ code: 'busy', details: { retryAfterSeconds: expect.any(Number) } }),
  );
  await finish(turn, 300);
  places.announce(asking);
});

it('turns nobody away who is alone, however slow the machine is', async () => {
  const { ask, entered, finish } = scene({ atOnce: 1, waitAtMostMs: 700 });
  for (let index = 0; index < 10; index++) await finish(await ask('a'), 60_000);
  expect(entered).toHaveLength(10);
});

it('goes by what requests really take', async () => {
  const quick = scene({ atOnce: 1, waitAtMostMs: 800 });
  for (let index = 0; index < 60; index++) await quick.finish(await quick.ask('a'), 50);
  for (let index = 0; index < 15; index++) await quick.ask('a');
  expect(quick.entered.filter((name) => name.includes('busy'))).toEqual([]);
  const slow = scene({ atOnce: 1, waitAtMostMs: 800 });
  for (let index = 0; index < 60; index++) await slow.finish(await slow.ask('a'), 900);
  await slow.ask('a');
  expect(() => slow.places.announce({ client: 'a', kind: 'attempt' })).toThrow('served at once');
});

it('learns nothing from requests that failed, which are quick', async () => {
  const { ask, pass, places } = scene({ atOnce: 1, waitAtMostMs: 800 });
  for (let index = 0; index < 60; index++) {
    const turn = await ask('a');
    pass(1);
    turn.leave({ failed: true });
  }
  for (let index = 0; index < 3; index++) await ask('a');
  expect(() => places.announce({ client: 'a', kind: 'attempt' })).toThrow('served at once');
});

it('turns the last ones of a crowd away when somebody else comes', async () => {
  const { entered, ask, places } = scene({ atOnce: 1, waitAtMostMs: 600 });
  for (const name of ['a1', 'a2', 'a3']) await ask('a', name);
  for (const client of ['b', 'c']) {
    places.announce({ client, kind: 'attempt' });
    await settled();
  }
  expect(entered).toEqual(['a1', 'a3 busy']);
});

it('waits for nobody whose body does not come', async () => {
  const { entered, ask, places, pass } = scene({ atOnce: 1, waitAtMostMs: 1000 });
  for (let index = 0; index < 3; index++) places.announce({ client: 'trickler', kind: 'attempt' });
  await ask('honest');
  expect(entered).toEqual(['honest']);
  pass(1500);
  await ask('other');
  await ask('another');
  expect(entered).toEqual(['honest']);
});

it('gives a place to others while its work waits for something slow', async () => {
  const { entered, ask, places } = scene({ atOnce: 1 });
  const turn = await ask('giant');
  let decoded: () => void = () => undefined;
  const slow = places.inTurn(turn, () => places.aside(() => new Promise<void>((done) => (decoded = done))));
  const honest = await ask('honest');
  expect(entered).toEqual(['giant', 'honest']);
  decoded();
  await settled();
  let back = false;
  void slow.then(() => (back = true));
  await settled();
  expect(back).toBe(false);
  honest.leave();
  await slow;
});
