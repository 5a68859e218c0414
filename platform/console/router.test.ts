import { expect, it } from 'vitest';
import { matchPath } from './router.tsx';

it('finds the names in a path', () => {
  expect(matchPath('/console', '/console')).toEqual({});
  expect(matchPath('/console/runs/:id', '/console/runs/r1')).toEqual({ id: 'r1' });
  expect(matchPath('/console/trace/:kind/:id', '/console/trace/dataset/sha256%3Aab')).toEqual({
    kind: 'dataset',
    id: 'sha256:ab',
  });
});

it('does not mind a slash at the end, and does mind everything else', () => {
  expect(matchPath('/', '/')).toEqual({});
  expect(matchPath('/enrol', '/enrol/')).toEqual({});
  expect(matchPath('/console/runs/:id', '/console/runs')).toBeNull();
  expect(matchPath('/console/runs/:id', '/console/runs/')).toBeNull();
  expect(matchPath('/console/runs', '/console/people')).toBeNull();
});
