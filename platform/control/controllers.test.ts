import { expect, it } from 'vitest';
import { Controllers } from './controllers.ts';

const ticked: string[] = [];
const controller = (model: string, environment: string, failure?: Error) => ({
  model,
  environment,
  tick: async () => {
    if (failure) throw failure;
    ticked.push(`${model} in ${environment}`);
  },
});

it('finds the controller of a model, and asks for the environment where there are several', () => {
  const controllers = new Controllers([
    controller('iris', 'production'),
    controller('digits', 'test'),
    controller('digits', 'production'),
  ]);
  expect(controllers.models).toEqual(['iris', 'digits']);
  expect(controllers.of('iris')).toMatchObject({ model: 'iris', environment: 'production' });
  expect(controllers.of('digits', 'test')).toMatchObject({ model: 'digits', environment: 'test' });
  expect(() => controllers.of('digits')).toThrow(
    expect.objectContaining({ code: 'environment_needed', action: 'Say which one: test, production.' }),
  );
  expect(() => controllers.of('iris', 'test')).toThrow(
    expect.objectContaining({ code: 'unknown_environment' }),
  );
  expect(() => controllers.of('tulips')).toThrow(
    expect.objectContaining({
      ...{ kind: 'not-found', code: 'model_not_declared' },
      action: 'Use one that this project declares: iris, digits.',
    }),
  );
});

it('lets one that fails keep none of the others back', async () => {
  const broken = new Error('the trigger of iris is broken');
  const told: unknown[] = [];
  const controllers = new Controllers(
    [controller('iris', 'production', broken), controller('digits', 'production')],
    (event, details) => told.push({ event, ...details }),
  );
  await expect(controllers.tick()).rejects.toBe(broken);
  expect(ticked).toEqual(['digits in production']);
  expect(told).toMatchObject([{ event: 'a controller failed', model: 'iris', reason: broken.message }]);
});

it('has one a model and environment', () => {
  expect(() => new Controllers([controller('iris', 'test'), controller('iris', 'test')])).toThrow(
    expect.objectContaining({ code: 'controller_twice' }),
  );
});
