import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import { Problem } from '@visavox/console/api/problem';
import type { CreationOptions, Session } from '../api/types.ts';
import {
  join,
  joiningOptions,
  newPasskeyOptions,
  passkeyOptions,
  passkeySignIn,
  savePasskey,
} from '../api/ways-in-calls.ts';

/** Why this page can have no passkeys; null where it can. */
export function passkeyHindrance(): 'address' | 'browser' | null {
  if (!isName(window.location.hostname)) return 'address';
  return browserSupportsWebAuthn() ? null : 'browser';
}

/** This page under an address that can have passkeys: this machine's own, under its name. */
export function addressForPasskeys(): string | null {
  const address = new URL(window.location.href);
  if (!/^(127\.|\[::1\]$)/.test(address.hostname)) return null;
  address.hostname = 'localhost';
  return address.href;
}

/** Addresses in numbers are no domain. */
function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.startsWith('[');
}

/** Without a name the device shows whose passkeys it has. */
export async function signInWithPasskey(name?: string): Promise<Session> {
  const optionsJSON = await passkeyOptions(name);
  const { id, rawId, response } = await asked(() => startAuthentication({ optionsJSON }));
  return passkeySignIn({ id, rawId, type: 'public-key', response });
}

/** By who is signed in, or has just enrolled. */
export async function addPasskey(name: string): Promise<void> {
  await savePasskey(await newPasskey(await newPasskeyOptions()), name);
}

export async function joinWithPasskey(name: string, passkeyName: string) {
  return join({ name, passkeyName, credential: await newPasskey(await joiningOptions(name)) });
}

async function newPasskey(optionsJSON: CreationOptions) {
  const { id, rawId, response } = await asked(() => startRegistration({ optionsJSON }));
  const { clientDataJSON, attestationObject, transports = [] } = response;
  return {
    id,
    rawId,
    type: 'public-key' as const,
    response: { clientDataJSON, attestationObject, transports },
  };
}

/** What the person's device or browser says, as a problem that the page has words for. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Problem({ code: codeOf(cause), status: 0, message: String(cause), cause });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof WebAuthnError) {
    switch (error.code) {
      case 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED':
        return 'passkey_here_already';
      case 'ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT':
        return 'passkey_without_lock';
      case 'ERROR_INVALID_DOMAIN':
      case 'ERROR_INVALID_RP_ID':
        return 'passkey_wrong_address';
    }
  }
  // Browsers do not tell whether somebody said no, waited too long, or has none.
  return 'passkey_not_shown';
}

/** What one calls the passkey of this device, for a start. */
export function nameOfThisDevice(agent = navigator.userAgent): string {
  const systems = [
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Android/, 'Android'],
    [/Mac OS X/, 'Mac'],
    [/Windows/, 'Windows'],
    [/CrOS/, 'Chromebook'],
    [/Linux/, 'Linux'],
  ] as const;
  return systems.find(([pattern]) => pattern.test(agent))?.[1] ?? 'Passkey';
}
