/** Whom passkeys are made for (WebAuthn): a domain, and the addresses of its pages. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/**
 * The public address, or this machine's own. An address in numbers can have no passkeys, so that 127.0.0.1 is `localhost`
 * to them: the page has to be opened under that name.
 */
export function relyingPartyAt(address: string): RelyingParty {
  const url = new URL(address);
  if (isNumeric(url.hostname)) url.hostname = 'localhost';
  return { id: url.hostname, origin: url.origin };
}

function isNumeric(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}
