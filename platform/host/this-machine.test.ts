import { expect, it } from 'vitest';
import { notHonouredHere, onThisMachine } from './this-machine.ts';

it('runs as many servers and threads as settings say, with the values that the server has for their secrets', () => {
  const settings = {
    ...{ replicas: { min: 2, max: 4 }, resources: { cpu: '1500m' } },
    ...{ variables: { THRESHOLD: '0.5' }, secrets: { TOKEN: 'PRODUCTION_TOKEN' } },
  };
  expect(onThisMachine(settings, (name) => (name === 'PRODUCTION_TOKEN' ? 'abc' : undefined))).toEqual({
    ...{ servers: 2, threads: 2, variables: { THRESHOLD: '0.5' }, secrets: { TOKEN: 'abc' } },
  });
  expect(() => onThisMachine(settings, () => undefined)).toThrow('PRODUCTION_TOKEN');
  expect(onThisMachine({}, () => undefined)).toEqual({ servers: 1, variables: {}, secrets: {} });
});

it('says what one machine does not give', () => {
  const said = notHonouredHere({
    ...{ replicas: { min: 2, max: 4 }, resources: { cpu: '1', memory: '1Gi' }, variables: { A: 'b' } },
  });
  expect(said.map(({ setting }) => setting)).toEqual([
    ...['replicas.max', 'resources.cpu', 'resources.memory', 'variables'],
  ]);
  expect(notHonouredHere({ replicas: { min: 2 } })).toEqual([]);
});
