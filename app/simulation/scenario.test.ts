import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decodeAudio } from '@visavox/recognition/signals/audio';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readScenario, Scenario } from './scenario.ts';
import { scenarioPopulation } from './scenario-population.ts';

const folder = resolve(import.meta.dirname, '../../examples/scenarios');
const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));

const small = (shift: Partial<Scenario['shift']>): Scenario =>
  Scenario.parse({
    name: 'small',
    about: 'for a test',
    people: 4,
    waves: 2,
    shift: { from: 2, returning: 1, ...shift },
    heldOut: 4,
  });

describe('scenarios', () => {
  test.each(files)('%s can be read', async (file) => {
    expect((await readScenario(join(folder, file))).name).toBe(file.replace('.yaml', ''));
  });

  test('what is none is told of, with the place', async () => {
    await expect(readScenario('/nowhere.yaml')).rejects.toMatchObject({ code: 'scenario_missing' });
    await expect(readScenario(resolve(folder, '../../package.json'))).rejects.toMatchObject({
      code: 'scenario_invalid',
      message: expect.stringContaining('about'),
    });
  });
});

describe('the people of a scenario', () => {
  test('come plainly at first, and by telephone from the wave of the shift on', async () => {
    const { identities, heldOut } = await scenarioPopulation(small({ voice: 'telephone' }), {
      data: undefined,
      seed: 1,
    });
    const [first, , late] = identities;
    expect([first?.at?.(0).shifted, first?.at?.(1).shifted]).toEqual([false, true]);
    expect(late?.at?.(1).shifted).toBe(true);
    expect(heldOut).toHaveLength(4);
    expect(
      heldOut.map(({ plain }) => plain.name).some((name) => identities.some((one) => one.name === name)),
    ).toBe(false);
    const plain = await first!.at!(0).identity.speak('4711', 3);
    const heard = await first!.at!(1).identity.speak('4711', 3);
    expect((await decodeAudio(heard)).length).toBe((await decodeAudio(plain)).length);
    expect(heard).not.toEqual(plain);
    const again = await scenarioPopulation(small({ voice: 'telephone' }), { data: undefined, seed: 1 });
    expect(await again.identities[0]!.at!(1).identity.speak('4711', 3)).toEqual(heard);
  });

  test('come in from far away, which rings on after them', async () => {
    const { identities } = await scenarioPopulation(small({ voice: 'far-field' }), {
      data: undefined,
      seed: 1,
    });
    const [plain, far] = await Promise.all(
      [0, 1].map(async (wave) => decodeAudio(await identities[0]!.at!(wave).identity.speak('4711', 3))),
    );
    expect(far!.length).toBe(plain!.length);
    expect(far).not.toEqual(plain);
    const again = await identities[0]!.at!(1).identity.speak('4711', 3);
    expect(await decodeAudio(again)).toEqual(far);
  });

  test.skipIf(spawnSync('ffmpeg', ['-version']).error)(
    'come in by codecs, each by one of their own',
    async () => {
      const { identities } = await scenarioPopulation(small({ voice: 'codecs' }), {
        data: undefined,
        seed: 1,
      });
      const [first] = identities;
      const plain = await decodeAudio(await first!.at!(0).identity.speak('4711', 3));
      const coded = await decodeAudio(await first!.at!(1).identity.speak('4711', 3));
      expect(coded).not.toEqual(plain);
      expect(Math.abs(coded.length - plain.length)).toBeLessThan(3200);
      expect(await decodeAudio(await first!.at!(1).identity.speak('4711', 3))).toEqual(coded);
    },
  );

  test('stand before a grey, small camera', async () => {
    const { identities } = await scenarioPopulation(small({ face: 'dim-camera' }), {
      data: undefined,
      seed: 1,
    });
    const [image] = await identities[0]!.at!(1).identity.faces(0);
    const { width } = await sharp(image).metadata();
    expect(width).toBeLessThan(160);
    const { channels } = await sharp(image).stats();
    expect(channels[0]?.mean).toBeCloseTo(channels[2]?.mean ?? 0, 0);
  });

  test('speak another language', async () => {
    const { identities, heldOut } = await scenarioPopulation(small({ voice: 'other-language' }), {
      data: undefined,
      seed: 1,
    });
    expect(heldOut.map(({ foreign }) => foreign)).toEqual([...Array(4).fill(false), ...Array(4).fill(true)]);
    const [english, french] = [identities[0]!, identities.at(-1)!];
    const seconds = async (speaker: typeof english) =>
      (await decodeAudio(await speaker.speak('4711', 3))).length / 16_000;
    expect(await seconds(english)).toBeGreaterThan(1.5);
    expect(await seconds(french)).toBeGreaterThan(1.5);
  });
});
