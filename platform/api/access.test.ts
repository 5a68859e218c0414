import { mayActAs, type Role } from '@visavox/core/user';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessTo, routeAccess } from './access.ts';
import { TestPlatform } from './testing/test-platform.ts';

const roles: readonly Role[] = ['viewer', 'data-scientist', 'operator', 'auditor'];
const names = Object.keys(routeAccess);
/** Whoever asks for these ends what the next one needs. */
const withoutTrying = ['DELETE /api/v1/operator/session'];
const filled = (path: string) =>
  path.replace(/\{(\w+)\}/g, (_, name) =>
    name === 'digest' ? `sha256:${'0'.repeat(64)}` : name === 'name' ? 'iris' : '1',
  );

let platform: TestPlatform;
let described: string[];
const tokens = new Map<Role, string>();
beforeAll(async () => {
  platform = await TestPlatform.open();
  const { body } = await platform.ask(undefined, 'GET', '/api/openapi.json');
  described = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const role of roles) tokens.set(role, await platform.user(`the-${role}`, role));
});
afterAll(() => platform.close());

it('names a role for every route of the OpenAPI document, and for nothing else', () => {
  expect(described.length).toBeGreaterThan(60);
  expect(names.filter((name) => !described.includes(name))).toEqual([]);
  for (const name of described) {
    const [method = '', path = ''] = name.split(' ');
    expect(() => accessTo({ method, path }), name).not.toThrow();
  }
});

it('refuses to start a server with a route that it does not name', () => {
  expect(() => accessTo({ method: 'post', path: '/api/v1/birds' })).toThrow('POST /api/v1/birds');
});

it('has a name in the audit log for everything that changes something', () => {
  const silent = names.filter((name) => !name.startsWith('GET ') && routeAccess[name]?.action === undefined);
  expect(silent).toEqual([
    'POST /api/v1/operator/session',
    'DELETE /api/v1/operator/session',
    'POST /api/v1/code',
    'POST /api/v1/blobs',
    'POST /api/v1/blobs/missing',
    'PUT /api/v1/blobs/{digest}',
    'POST /api/v1/blobs/{digest}/parts',
    'PUT /api/v1/blobs/{digest}/parts/{number}',
    'POST /api/v1/models/{name}/versions/{version}/verify',
    'POST /api/v1/experiments/{id}/exposures',
    'POST /api/v1/experiments/{id}/outcomes',
    'PUT /api/v1/steps/locks/{digest}',
    'PUT /api/v1/steps/environment',
  ]);
});

describe.each(names.filter((name) => !withoutTrying.includes(name)))('%s', (name) => {
  const [method = '', path = ''] = name.split(' ');
  const { least } = routeAccess[name]!;

  it(`is for ${least}`, async () => {
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const query = /\/models\/\{name\}\/(training|candidates|releases|rollback)/.test(path)
      ? '?environment=test'
      : '';
    const asked = async (who?: string) => platform.ask(who, method, filled(path) + query, body);
    const stranger = await asked();
    if (least === 'anybody') return expect([401, 403]).not.toContain(stranger.status);
    // A step shows a token of its own, which no user has.
    if (least === 'step') {
      for (const role of roles) expect((await asked(tokens.get(role))).status, role).toBe(stranger.status);
      return expect([400, 401]).toContain(stranger.status);
    }
    expect(stranger).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    for (const role of roles) {
      const { status, body: said } = await asked(tokens.get(role));
      if (mayActAs(role, least)) expect([401, 403], `${role}: ${JSON.stringify(said)}`).not.toContain(status);
      else
        expect(said, role).toMatchObject({
          status: 403,
          code: 'role_needed',
          least,
          role,
        });
    }
  });
});
