import { describe, expect, it } from 'vitest';
import {
  type EnvironmentSettings,
  ServingSettings,
  servingPart,
  settingsDifferences,
  settingsDigest,
} from './environment-settings.ts';

const test: EnvironmentSettings = {
  resources: { cpu: '1', memory: '512Mi' },
  variables: { THRESHOLD: '0.5' },
  policies: {},
};
const production: EnvironmentSettings = {
  replicas: { min: 2, max: 5 },
  resources: { cpu: '1', memory: '2Gi' },
  secrets: { API_TOKEN: 'PRODUCTION_API_TOKEN' },
  policies: { after: 'test', accept: ['python', 'accept.py'], approval: 'second-person' },
};

describe('settings of an environment', () => {
  it('have one digest however they are written', () => {
    const { policies, variables, resources } = test;
    expect(settingsDigest({ policies, variables, resources })).toBe(settingsDigest(test));
    expect(settingsDigest(production)).not.toBe(settingsDigest(test));
  });

  it('differ by path, in names of secrets and never in their values', () => {
    expect(settingsDifferences(test, production)).toEqual([
      { path: 'policies.accept', from: null, to: '["python","accept.py"]' },
      { path: 'policies.after', from: null, to: 'test' },
      { path: 'policies.approval', from: null, to: 'second-person' },
      { path: 'replicas.max', from: null, to: '5' },
      { path: 'replicas.min', from: null, to: '2' },
      { path: 'resources.memory', from: '512Mi', to: '2Gi' },
      { path: 'secrets.API_TOKEN', from: null, to: 'PRODUCTION_API_TOKEN' },
      { path: 'variables.THRESHOLD', from: '0.5', to: null },
    ]);
    expect(settingsDifferences(production, production)).toEqual([]);
  });

  it('start servers as anywhere where they say nothing of servers', () => {
    expect(servingPart({ variables: {}, secrets: {} })).toBeUndefined();
    expect(servingPart(test)).toEqual({ resources: test.resources, variables: test.variables });
  });

  it.each([
    [{ replicas: { min: 3, max: 2 } }, 'max is smaller than min'],
    [{ replicas: { min: 0 } }, 'one server at least'],
    [{ replicas: {} }, 'expected min, max or both'],
    [{ resources: { memory: '2 GB' } }, 'expected memory as Kubernetes has it'],
    [{ resources: { cpu: 'many' } }, 'expected cores as Kubernetes has them'],
    [{ resources: { cpu: '0' } }, 'expected cores as Kubernetes has them'],
    [{ variables: { '1ST': 'x' } }, 'a variable has letters'],
    [{ variables: { LD_PRELOAD: 'x' } }, 'the platform sets this one itself'],
    [{ secrets: { API_TOKEN: 'VISAVOX_KEY' } }, 'it is a setting of the server itself'],
  ])('are refused as %j', (given, reason) => {
    const parsed = ServingSettings.safeParse(given);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });
});
