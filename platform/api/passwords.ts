import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MiB and a tenth of a second: what OWASP recommends where several may be checked at once. */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const bytes = 32;
const mostAtOnce = 2;
const mostWaiting = 50;

let running = 0;
const waiting: (() => void)[] = [];

/** `scrypt$N$r$p$salt$key`: what it cost is kept with it, so that it may cost more one day. */
export async function hashOfPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derived(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Takes as long where there is nothing to compare with. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = (hash ?? (await nobodys())).split('$');
  const expected = Buffer.from(key, 'base64url');
  const given = await derived(password, Buffer.from(salt, 'base64url'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(given, expected) && hash !== undefined;
}

/** Whether so many are being checked that another one has to be turned away. */
export const isBusyWithPasswords = () => waiting.length >= mostWaiting;

let made: Promise<string> | undefined;
function nobodys(): Promise<string> {
  made ??= hashOfPassword(randomBytes(16).toString('base64url'));
  return made;
}

/** The same characters may come composed or not, by the keyboard that they were typed with. */
async function derived(
  password: string,
  salt: Uint8Array,
  options: { N: number; r: number; p: number },
): Promise<Buffer> {
  if (running >= mostAtOnce) await new Promise<void>((go) => waiting.push(go));
  else running++;
  try {
    return await new Promise((done, failed) =>
      scrypt(password.normalize('NFKC'), salt, bytes, { ...options, maxmem: 64 * 2 ** 20 }, (error, key) =>
        error ? failed(error) : done(key),
      ),
    );
  } finally {
    // Whoever waits takes the place over.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
