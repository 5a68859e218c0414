import { expect, it } from 'vitest';
import { addressByName, relyingPartyAt } from './relying-party.ts';

it('is the public address, without its path', () => {
  expect(relyingPartyAt('https://sign-in.example.org/app')).toEqual({
    id: 'sign-in.example.org',
    origin: 'https://sign-in.example.org',
  });
  expect(relyingPartyAt('https://example.org:8443')).toEqual({
    id: 'example.org',
    origin: 'https://example.org:8443',
  });
});

it('is localhost for addresses in numbers, which can have no passkeys', () => {
  for (const address of ['http://127.0.0.1:4600', 'http://0.0.0.0:4600', 'http://[::1]:4600'])
    expect(relyingPartyAt(address)).toEqual({ id: 'localhost', origin: 'http://localhost:4600' });
});

it('is where links to this machine lead, and no other links', () => {
  expect(addressByName('http://127.0.0.1:4600')).toBe('http://localhost:4600');
  for (const address of ['http://192.0.2.7:4600', 'https://sign-in.example.org'])
    expect(addressByName(address)).toBe(address);
});
