import { beforeEach, expect, it } from 'vitest';
import { newWorld, type World } from './testing/world.ts';

let world: World;
let asked: { version: number; by: string; champion: string | null }[];
const controller = () =>
  world.controller({
    askApproval: async ({ version }, { by, champion }) => void asked.push({ version, by, champion }),
  });
beforeEach(async () => {
  world = await newWorld();
  asked = [];
});

async function trained(): Promise<void> {
  world.people += 6;
  await controller().tick();
  await world.engine.finish(`run-${world.ids}`, 'succeeded');
  await controller().tick();
}

it('what passed the gate waits for a second person, and what serves goes on', async () => {
  await trained();
  expect(world.serving).toBe('recogniser:1');
  expect(asked).toEqual([{ version: 2, by: 'continuous training', champion: 'first' }]);
  const [waiting] = await world.releases.list('production');
  expect(waiting).toMatchObject({ version: 2, stage: 'shadow' });
  await controller().tick();
  expect(asked, 'it is asked for once').toHaveLength(1);
  expect((await controller().progress()).training, 'the next training may begin').toBeNull();

  const approved = await controller().promote(waiting?.id ?? '', 'approved by grace', {
    ...{ by: 'continuous training', instead: 'first' },
  });
  expect(approved).toMatchObject({ stage: 'champion' });
  expect(world.serving).toBe('recogniser:2');
});

it('is asked for as well where an experiment decides for it', async () => {
  await trained();
  const [waiting] = await world.releases.list('production');
  asked = [];
  await controller().promoteOrAsk(waiting?.id ?? '', 'better by the experiment');
  expect(asked).toHaveLength(1);
  expect(world.serving).toBe('recogniser:1');
  await world.controller().promoteOrAsk(waiting?.id ?? '', 'better by the experiment');
  expect(world.serving, 'where nobody has to agree').toBe('recogniser:2');
});

it('is not made champion in the place of another one than it was asked against', async () => {
  await trained();
  await trained();
  const [second, first] = await world.releases.list('production');
  const instead = { instead: 'first' };
  await controller().promote(first?.id ?? '', 'approved', instead);
  await expect(controller().promote(second?.id ?? '', 'approved', instead)).rejects.toMatchObject({
    code: 'champion_changed',
  });
  expect(world.serving).toBe(`recogniser:${first?.version}`);
});
