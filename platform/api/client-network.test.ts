import { expect, it } from 'vitest';
import { clientNetworks, isNetwork } from './client-network.ts';

it('is the address of the connection, or the half of it that a household has', () => {
  const networkOf = clientNetworks([]);
  expect(networkOf('192.0.2.7', undefined)).toBe('192.0.2.7');
  expect(networkOf('::ffff:192.0.2.7', undefined)).toBe('192.0.2.7');
  expect(networkOf('2001:db8:1:2:3:4:5:6', undefined)).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8::6', undefined)).toBe('2001:db8:0:0::/64');
  expect(networkOf('::1', undefined)).toBe('0:0:0:0::/64');
  expect(networkOf(undefined, '192.0.2.7')).toBe('unknown');
});

it('believes what a proxy of its own says, and nobody else', () => {
  const networkOf = clientNetworks(['10.0.0.0/8', '2001:db8:ffff::1']);
  expect(networkOf('192.0.2.7', '198.51.100.1')).toBe('192.0.2.7');
  expect(networkOf('10.1.2.3', '203.0.113.9, 198.51.100.1')).toBe('198.51.100.1');
  expect(networkOf('::ffff:10.1.2.3', '198.51.100.1, 10.9.9.9')).toBe('198.51.100.1');
  expect(networkOf('2001:db8:ffff::1', '2001:db8:1:2::3')).toBe('2001:db8:1:2::/64');
  expect(networkOf('10.1.2.3', 'nonsense')).toBe('10.1.2.3');
  expect(networkOf('10.1.2.3', '198.51.100.1, nonsense')).toBe('10.1.2.3');
  expect(networkOf('10.1.2.3', undefined)).toBe('10.1.2.3');
});

it('knows what a proxy may be named by', () => {
  expect(['10.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.1'].filter(isNetwork)).toHaveLength(4);
  expect(['', 'proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0'].filter(isNetwork)).toEqual([]);
});
