import { BlockList, isIP } from 'node:net';

/** In which network whoever asks is: an IPv4 address, or the half of an IPv6 address that a household or firm is given. */
export type ClientNetwork = string;

const nowhere: ClientNetwork = 'unknown';

/**
 * `proxies`: addresses or ranges (`10.0.0.0/8`) of those whose `X-Forwarded-For` is believed. Anybody can send such a
 * header; only what a proxy of one's own has put at its end is true.
 */
export function clientNetworks(
  proxies: readonly string[],
): (address: string | undefined, forwardedFor: string | undefined) => ClientNetwork {
  const isProxy = addressesOf(proxies);
  return (address, forwardedFor) => {
    const hops = (forwardedFor ?? '').split(',').flatMap((hop) => hop.trim() || []);
    let client = plain(address);
    while (client !== undefined && isProxy(client)) {
      const before = plain(hops.pop());
      if (before === undefined) break;
      client = before;
    }
    return client === undefined ? nowhere : networkOf(client);
  };
}

/** Whether an address is one of these, or in one of these ranges. */
export function addressesOf(networks: readonly string[]): (address: string | undefined) => boolean {
  const known = new BlockList();
  const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    if (bits === undefined) known.addAddress(address, familyOf(address));
    else known.addSubnet(address, Number(bits), familyOf(address));
  }
  return (given) => {
    const address = plain(given);
    return address !== undefined && known.check(address, familyOf(address));
  };
}

/** An address, or a range of them. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= most))
  );
}

/** An IPv4 address that came over an IPv6 socket is an IPv4 address. */
function plain(address: string | undefined): string | undefined {
  const bare = address?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return bare !== undefined && isIP(bare) !== 0 ? bare : undefined;
}

function networkOf(address: string): ClientNetwork {
  if (isIP(address) === 4) return address;
  const [before = '', after] = address.split('::');
  const first = before.split(':').filter(Boolean);
  const last = (after ?? '').split(':').filter(Boolean);
  const zeros = after === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  const groups = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16));
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
