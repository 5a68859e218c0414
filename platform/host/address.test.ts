import { expect, it } from 'vitest';
import { addressByName } from './address.ts';

it('is where links to this machine lead, and no other links', () => {
  expect(addressByName('http://127.0.0.1:4600')).toBe('http://localhost:4600');
  for (const address of ['http://192.0.2.7:4600', 'https://sign-in.example.org'])
    expect(addressByName(address)).toBe(address);
});
