import { describe, expect, it } from 'vitest';
import { nameOf, parseRoles, roleOf } from './vouched-user.ts';

const rules = {
  claim: 'groups',
  roles: [
    { value: 'ml-admins', role: 'operator' },
    { value: 'ml-team', role: 'data-scientist' },
  ],
  otherwise: undefined,
} as const;

describe('a role', () => {
  it('is that of the first value that somebody has', () => {
    expect(roleOf({ groups: ['ml-team', 'ml-admins'] }, rules)).toBe('operator');
    expect(roleOf({ groups: 'ml-team' }, rules)).toBe('data-scientist');
  });

  it('is nobody’s who has none of the values, unless there is one for everybody else', () => {
    for (const claims of [{}, { groups: [] }, { groups: ['ML-ADMINS'] }, { groups: { 'ml-admins': true } }])
      expect(roleOf(claims, rules)).toBeUndefined();
    expect(roleOf({}, { ...rules, otherwise: 'viewer' })).toBe('viewer');
  });

  it('may be in a claim below another one, or in one with dots in its name', () => {
    const nested = { ...rules, claim: 'realm_access.roles' };
    expect(roleOf({ realm_access: { roles: ['ml-team'] } }, nested)).toBe('data-scientist');
    expect(roleOf({ 'realm_access.roles': ['ml-admins'], realm_access: { roles: [] } }, nested)).toBe(
      'operator',
    );
    expect(roleOf({ realm_access: 'roles' }, nested)).toBeUndefined();
    expect(roleOf({}, { ...rules, claim: 'constructor.name' })).toBeUndefined();
  });

  it('comes of an address of e-mail that the provider has verified alone', () => {
    const byAddress = {
      ...rules,
      claim: 'email',
      roles: [{ value: 'ada@example.org', role: 'operator' }],
    } as const;
    expect(roleOf({ email: 'ada@example.org', email_verified: true }, byAddress)).toBe('operator');
    expect(roleOf({ email: 'ada@example.org', email_verified: false }, byAddress)).toBeUndefined();
    expect(roleOf({ email: 'ada@example.org' }, byAddress)).toBeUndefined();
  });
});

describe('a name', () => {
  it('is what the provider calls somebody, in small letters', () => {
    expect(nameOf({ preferred_username: 'Ada', email: 'a@example.org', email_verified: true })).toBe('ada');
  });

  it('is otherwise an address of e-mail that was verified', () => {
    const email = 'Ada@example.org';
    expect(nameOf({ preferred_username: 'Ada Lovelace', email, email_verified: true })).toBe(
      'ada@example.org',
    );
    expect(nameOf({ email, email_verified: false })).toBeUndefined();
    expect(nameOf({ email })).toBeUndefined();
  });

  it('is none that records have for those who are no users', () => {
    expect(nameOf({ preferred_username: 'Nobody' })).toBeUndefined();
  });
});

describe('roles in a setting', () => {
  it('are values with their roles', () => {
    expect(parseRoles('ml-admins=operator, /ml/team = data-scientist,a=b=auditor,')).toEqual([
      { value: 'ml-admins', role: 'operator' },
      { value: '/ml/team', role: 'data-scientist' },
      { value: 'a=b', role: 'auditor' },
    ]);
    expect(parseRoles('')).toEqual([]);
  });

  it.each(['ml-admins', 'ml-admins=root', '=operator'])('cannot be read of %s', (text) => {
    expect(parseRoles(text)).toBeUndefined();
  });
});
