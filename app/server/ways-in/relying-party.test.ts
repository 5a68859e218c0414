import { expect, it } from 'vitest';
import { relyingPartyAt } from './relying-party.ts';

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
