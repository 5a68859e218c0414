/** This machine's own address by its name, under which browsers let a page do more; other addresses as they are. */
export function addressByName(address: string): string {
  const url = new URL(address);
  if (!isThisMachine(url.hostname)) return address;
  url.hostname = 'localhost';
  return url.origin;
}

function isThisMachine(hostname: string): boolean {
  return hostname.startsWith('127.') || ['0.0.0.0', '[::1]', '[::]'].includes(hostname);
}
