import { answer } from '@visavox/console/api/client';
import { client, framesOf, multipart, type TurnFrames, withId } from './calls.ts';
import type { CreationOptions, Session } from './types.ts';

type Registration = { id: string; rawId: string; type: 'public-key' } & {
  response: { clientDataJSON: string; attestationObject: string; transports?: string[] };
};
type Assertion = { id: string; rawId: string; type: 'public-key' } & {
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle?: string;
  };
};

export const waysIn = () => answer(client.GET('/api/v1/ways-in'));

export const passkeyOptions = async (name?: string) =>
  (await answer(client.POST('/api/v1/passkeys/authentication/options', { body: name ? { name } : {} })))
    .options;
export const passkeySignIn = (credential: Assertion): Promise<Session> =>
  answer(client.POST('/api/v1/passkeys/authentication/verify', { body: { credential } }));

export const newPasskeyOptions = async (): Promise<CreationOptions> =>
  (await answer(client.POST('/api/v1/passkeys/registration/options'))).options;
export const savePasskey = (credential: Registration, name: string) =>
  answer(client.POST('/api/v1/passkeys/registration/verify', { body: { credential, name } }));
export const renamePasskey = (id: string, name: string) =>
  answer(client.PATCH('/api/v1/passkeys/{id}', { ...withId(id), body: { name } }));
export const removePasskey = (id: string, evenIfLast: boolean) =>
  answer(
    client.DELETE('/api/v1/passkeys/{id}', { params: { path: { id }, query: evenIfLastOf(evenIfLast) } }),
  );

export const makeRecoveryCodes = async () => (await answer(client.POST('/api/v1/recovery-codes'))).codes;
export const recoveryCodeSignIn = (name: string, code: string): Promise<Session> =>
  answer(client.POST('/api/v1/recovery-codes/sign-in', { body: { name, code } }));
export const operatorCodeSignIn = (name: string, code: string): Promise<Session> =>
  answer(client.POST('/api/v1/codes/sign-in', { body: { name, code } }));
export const issueCode = (id: string) => answer(client.POST('/api/v1/people/{id}/code', withId(id)));

export const joiningOptions = async (name: string): Promise<CreationOptions> =>
  (await answer(client.POST('/api/v1/joining/options', { body: { name } }))).options;
export const join = (member: { name: string; credential: Registration; passkeyName: string }) =>
  answer(client.POST('/api/v1/joining/verify', { body: { ...member, consent: true } }));

export const addFaceAndVoice = (
  id: string,
  recordings: { faces: Blob[]; voices: Blob[]; challenge: string; turns?: TurnFrames },
) =>
  answer(
    client.POST('/api/v1/people/{id}/face-and-voice', {
      ...withId(id),
      body: {
        consent: 'true',
        face: recordings.faces,
        voice: recordings.voices,
        challenge: recordings.challenge,
        ...framesOf(recordings.turns),
      },
      bodySerializer: multipart,
    }),
  );
export const withdrawFaceAndVoice = (id: string, evenIfLast: boolean) =>
  answer(
    client.DELETE('/api/v1/people/{id}/face-and-voice', {
      params: { path: { id }, query: evenIfLastOf(evenIfLast) },
    }),
  );

export const signOutEverywhere = () => answer(client.DELETE('/api/v1/sessions'));

function evenIfLastOf(evenIfLast: boolean) {
  return { evenIfLast: evenIfLast ? ('true' as const) : ('false' as const) };
}
