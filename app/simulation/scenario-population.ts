import type { PictureStore } from '@visavox/recognition/synthetic/picture-store';
import { Random } from '@visavox/recognition/synthetic/random';
import { overDevices, voiceDevices } from './devices.ts';
import type { HeldOut } from './held-out.ts';
import type { Identity } from './identity.ts';
import { recordedHalves } from './recorded-identities.ts';
import type { Scenario } from './scenario.ts';
import { syntheticIdentities } from './synthetic-identities.ts';

export interface ScenarioPopulation {
  /** In the order in which they come; more than enrol, since some may not be able to. */
  readonly identities: readonly Identity[];
  readonly heldOut: readonly HeldOut[];
}

interface Named {
  readonly identity: Identity;
  readonly voice: string;
}

/** Who enrols and who never does, and how each of them comes over time. Equal seeds give the same people. */
export async function scenarioPopulation(
  scenario: Scenario,
  { data, seed, pictures }: { data: string | undefined; seed: number; pictures?: PictureStore },
): Promise<ScenarioPopulation> {
  const { shift, people, waves } = scenario;
  const halves =
    data === undefined
      ? syntheticHalves(scenario, { seed, pictures })
      : await recordedHalves(data, { seed, heldOut: scenario.heldOut });
  const devices = {
    face: shift.face === 'dim-camera',
    voice: voiceDevices.find((device) => device === shift.voice) ?? null,
    seed,
  };
  const foreign = shift.voice === 'other-language';
  const shifted = (identity: Identity) =>
    devices.face || devices.voice !== null ? overDevices(identity, devices) : identity;
  /** So many have come before the shift. */
  const before = Math.round((Math.min(shift.from - 1, waves) * people) / waves);
  const early = halves.enrolling.slice(0, before).map(({ identity }) => changing(identity));
  const late = (foreign ? halves.enrollingOther : halves.enrolling.slice(before)).map(({ identity }) => ({
    ...identity,
    at: () => ({ identity: shifted(identity), shifted: true }),
  }));
  return {
    identities: [...early, ...late],
    heldOut: [
      ...halves.heldOut.map(({ identity, voice }) => ({
        plain: identity,
        shifted: shifted(identity),
        foreign: false,
        voice,
      })),
      ...(foreign
        ? halves.heldOutOther.map(({ identity, voice }) => ({
            plain: identity,
            shifted: shifted(identity),
            foreign: true,
            voice,
          }))
        : []),
    ],
  };

  function changing(identity: Identity): Identity {
    const returns =
      (devices.face || devices.voice !== null) &&
      new Random('returning', seed, identity.name).next() < shift.returning;
    const over = returns ? shifted(identity) : identity;
    return {
      ...identity,
      at: (wave) =>
        returns && wave >= shift.from - 1 ? { identity: over, shifted: true } : { identity, shifted: false },
    };
  }
}

function syntheticHalves(
  { people, heldOut, shift }: Scenario,
  { seed, pictures }: { seed: number; pictures: PictureStore | undefined },
) {
  const spare = Math.max(2, Math.round(people / 4));
  const all = syntheticIdentities(people + spare + heldOut, seed, { pictures });
  const named = (identities: readonly Identity[]): Named[] =>
    identities.map((identity) => ({ identity, voice: identity.name }));
  const others =
    shift.voice === 'other-language'
      ? syntheticIdentities(people + heldOut, seed + 1, { language: 'french', pictures })
      : [];
  return {
    enrolling: named(all.slice(0, people + spare)),
    heldOut: named(all.slice(people + spare)),
    enrollingOther: named(others.slice(0, people)),
    heldOutOther: named(others.slice(people)),
  };
}
