import { BlockList, isIP, isIPv4 } from 'node:net';
import { UserError } from '@visavox/core/errors';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Bindings } from '../listener.ts';
import { hashOfToken, newToken } from '../secrets.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import type { AppEnv } from './app-env.ts';

const visitCookie = 'visavox_visit';
const deviceCookie = 'visavox_device';
/** Longer than anybody takes to sign in, with every second try. */
const visitSeconds = 1800;

/** Tells requests of one visitor from those of others. */
export function identifyVisitor(resources: {
  trustedProxies: BlockList;
  secureCookies: boolean;
  now: () => Date;
}): MiddlewareHandler<AppEnv> {
  const nameOf = (name: string) => (resources.secureCookies ? `__Host-${name}` : name);
  return async (c, next) => {
    const visit = getCookie(c, nameOf(visitCookie));
    const visitor: Visitor = {
      network: networkOf(addressOf(c, resources.trustedProxies)),
      visit: visit === undefined ? null : hashOfToken(visit),
      device: getCookie(c, nameOf(deviceCookie)) ?? null,
    };
    c.set('visitor', visitor);
    c.set('receivedAt', resources.now());
    await next();
  };
}

/** Gives a visit a name, so that a challenge is answered by whoever it was given to. */
export function beginVisit(c: Context<AppEnv>, secure: boolean): Visitor {
  const visitor = c.get('visitor');
  if (visitor.visit !== null) return visitor;
  const token = newToken();
  setCookie(c, secure ? `__Host-${visitCookie}` : visitCookie, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge: visitSeconds,
  });
  return { ...visitor, visit: hashOfToken(token) };
}

/** Addresses and networks such as `10.0.0.0/8`. */
export function proxyList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const given of addresses) {
    const [address = '', prefix] = given.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const bits = Number(prefix ?? (family === 'ipv4' ? 32 : 128));
    if (isIP(address) === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv4' ? 32 : 128))
      throw new UserError({
        kind: 'invalid',
        code: 'setting_invalid',
        message: `VISAVOX_TRUSTED_PROXIES has "${given}", which is no address`,
        action: 'Give addresses or networks, such as 10.0.0.0/8, separated by commas.',
      });
    list.addSubnet(address, bits, family);
  }
  return list;
}

/** The nearest address that is not a proxy's own: what stands further left, anybody may have written. */
function addressOf(c: Context<AppEnv>, proxies: BlockList): string {
  // In tests there is no socket.
  const bindings: Bindings | undefined = c.env;
  const socket = plain(bindings?.incoming?.socket.remoteAddress ?? '');
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').map((one) => plain(one.trim()));
  let address = socket;
  for (const before of forwarded.reverse()) {
    if (!isProxy(proxies, address) || isIP(before) === 0) break;
    address = before;
  }
  return address;
}

function isProxy(proxies: BlockList, address: string): boolean {
  return isIP(address) !== 0 && proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** IPv4 inside IPv6 as IPv4. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

export function networkOf(address: string): string {
  if (!address.includes(':')) return address || 'unknown';
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const missing = 8 - groups.length - (tail?.split(':').filter(Boolean).length ?? 0);
  const whole = [...groups, ...Array.from({ length: tail === undefined ? 0 : missing }, () => '0')];
  const first = [...whole, ...(tail?.split(':').filter(Boolean) ?? [])].slice(0, 4);
  return `${first.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')}::/64`;
}
