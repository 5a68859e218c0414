import type { OpenAPIHono } from '@hono/zod-openapi';
import { forbidden, unauthenticated } from '@visavox/api/operators';
import { UserError } from '@visavox/core/errors';
import type { Context } from 'hono';
import type { ApiResources } from '../resources.ts';
import { claimedName } from '../sign-in/claimed-name.ts';
import type { Asking } from '../ways-in/passkeys.ts';
import type { AppEnv } from './app-env.ts';
import { requireOwnPerson, requirePerson, requireRecentPerson } from './auth.ts';
import { burstOf } from './burst.ts';
import { giveCookie, readCookie, takeCookie } from './cookies.ts';
import { doorOf, toldNewSession, welcome } from './entry.ts';
import { toldPerson } from './people-routes.ts';
import { routes } from './routes.ts';
import { readUpload } from './uploads.ts';
import { beginVisit } from './visitor.ts';

/** Passkeys, codes, and people who take part without face and voice. */
export function addWaysInRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  addEntryRoutes(app, resources);
  addOwnRoutes(app, resources);
  addJoiningRoutes(app, resources);
  addOperatorsRoutes(app, resources);
}

function asking(c: Context<AppEnv>, { relyingParty, secureCookies }: ApiResources): Asking {
  return { relyingParty, visit: beginVisit(c, secureCookies).visit };
}

function addEntryRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { waysIn, sealer } = resources;
  const { passkeys, entrance, codeEntry } = waysIn;

  app.openapi(routes.passkeyOptions, async (c) => {
    const { name } = c.req.valid('json') ?? {};
    const claimed = name === undefined ? null : claimedName(name, sealer);
    return c.json({ options: await passkeys.authenticationOptions(asking(c, resources), claimed) }, 200);
  });

  app.openapi(routes.passkeySignIn, async (c) => {
    const { credential } = c.req.valid('json');
    const letIn = await logged(c, resources, async () => {
      const entry = await passkeys.verifyAnswer(asking(c, resources), credential);
      return entrance.letIn(doorOf(c), { way: 'passkey', amr: [entry.method] }, async (trx) => {
        await entry.keep(trx);
        return entry.person;
      });
    });
    welcome(c, letIn, resources);
    return c.json(await toldNewSession(c, letIn, resources), 200);
  });

  for (const [route, kind] of [
    [routes.recoveryCodeSignIn, 'recovery'],
    [routes.codeSignIn, 'operator'],
  ] as const)
    app.openapi(route, async (c) => {
      const from = { visitor: c.get('visitor'), door: doorOf(c) };
      const letIn = await logged(c, resources, () =>
        codeEntry.signIn(from, { ...c.req.valid('json'), kind }),
      );
      welcome(c, letIn, resources);
      return c.json(await toldNewSession(c, letIn, resources), 200);
    });
}

function addOwnRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { waysIn, enrolment, secureCookies, now } = resources;
  const { own, passkeys, tickets } = waysIn;

  /** Who is signed in, or has just enrolled and may add the first other way in. */
  const newcomer = async (c: Context<AppEnv>): Promise<{ id: string; name: string }> => {
    if (c.get('caller').person) return requireRecentPerson(c, now);
    const token = readCookie(c, 'enrolled', secureCookies);
    const enrolled = token === undefined ? null : await tickets.find(token);
    if (!enrolled) throw unauthenticated();
    return enrolled;
  };

  app.openapi(routes.passkeyRegistrationOptions, async (c) => {
    const person = await newcomer(c);
    return c.json({ options: await passkeys.registrationOptions(asking(c, resources), person) }, 200);
  });

  app.openapi(routes.passkeyRegistration, async (c) => {
    const { id } = await newcomer(c);
    const { credential, name } = c.req.valid('json');
    await logged(c, resources, async () => {
      const verified = await passkeys.verifyNew(asking(c, resources), credential);
      // Somebody else signed in meanwhile in the same browser.
      if (verified.person !== id) throw unauthenticated();
      const session = c.get('caller').person ? c.get('sessionToken') : undefined;
      await own.addPasskey(id, { passkey: verified.passkey, name }, session);
    });
    return c.json({ id: credential.id, name }, 201);
  });

  app.openapi(routes.renamePasskey, async (c) => {
    const { id } = requireOwnPerson(c);
    await passkeys.rename(id, c.req.valid('param').id, c.req.valid('json').name);
    return c.body(null, 204);
  });

  app.openapi(routes.removePasskey, async (c) => {
    const { id } = requireRecentPerson(c, now);
    const evenIfLast = c.req.valid('query').evenIfLast === 'true';
    await own.removePasskey(id, c.req.valid('param').id, { evenIfLast });
    return c.body(null, 204);
  });

  app.openapi(routes.makeRecoveryCodes, async (c) => {
    const { id } = await newcomer(c);
    return c.json({ codes: await own.makeRecoveryCodes(id) }, 201);
  });

  app.openapi(routes.waysIn, async (c) => {
    const { passkeys: keys, recoveryCodes, faceAndVoice } = await own.list(requireOwnPerson(c).id);
    const shown = keys.map(({ createdAt, lastUsedAt, ...key }) => ({
      ...key,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }));
    const codes = recoveryCodes && { left: recoveryCodes.left, madeAt: recoveryCodes.madeAt.toISOString() };
    return c.json({ passkeys: shown, recoveryCodes: codes, faceAndVoice }, 200);
  });

  app.openapi(routes.addFaceAndVoice, async (c) => {
    const { id } = requireRecentPerson(c, now);
    // By the member alone: an operator's word is no consent.
    if (id !== c.req.valid('param').id) throw forbidden();
    const { fields, recordings, frames } = await readUpload(c, {
      fields: ['consent', 'challenge'],
      optional: ['frameTimes'],
      frames: true,
    });
    const request = {
      person: id,
      consent: fields.get('consent') === 'true',
      challenge: fields.get('challenge') ?? '',
      recordings,
      frames: burstOf(frames, fields.get('frameTimes')),
      client: c.get('visitor'),
    };
    const person = await enrolment.addFaceAndVoice(request, (trx) =>
      waysIn.accessLog.record({ kind: 'face_and_voice_added', person: id, by: 'person' }, trx),
    );
    return c.json(toldPerson(person, c.get('caller').operator), 200);
  });

  app.openapi(routes.withdrawFaceAndVoice, async (c) => {
    const { id } = c.req.valid('param');
    requirePerson(c, id);
    const evenIfLast = c.req.valid('query').evenIfLast === 'true';
    const byOperator = c.get('caller').person?.id !== id;
    if (!byOperator) requireRecentPerson(c, now);
    await own.withdrawFaceAndVoice(id, { evenIfLast, by: byOperator ? 'operator' : 'person' });
    return c.body(null, 204);
  });

  app.openapi(routes.signOutEverywhere, async (c) => {
    await own.signOutEverywhere(requireOwnPerson(c).id);
    takeCookie(c, 'session', secureCookies);
    return c.body(null, 204);
  });
}

function addJoiningRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { joining, tickets } = resources.waysIn;

  app.openapi(routes.joiningOptions, async (c) => {
    const { name } = c.req.valid('json');
    return c.json({ options: await joining.options(asking(c, resources), name) }, 200);
  });

  app.openapi(routes.joining, async (c) => {
    const { credential: response, name, consent, invitation, passkeyName } = c.req.valid('json');
    const member = { response, name, consent, invitation, passkeyName };
    const joined = await logged(c, resources, () => joining.join(asking(c, resources), member));
    const ticket = await tickets.give(joined);
    giveCookie(c, 'enrolled', { value: ticket, secure: resources.secureCookies });
    return c.json(joined, 201);
  });
}

function addOperatorsRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { waysIn, log } = resources;

  app.openapi(routes.issueCode, async (c) => {
    const { id } = c.req.valid('param');
    const { name, code, expiresAt } = await waysIn.codeEntry.issue(id);
    log.info({ requestId: c.get('requestId'), person: id }, 'a code was issued');
    return c.json({ person: { id, name }, code, expiresAt: expiresAt.toISOString() }, 201);
  });

  app.openapi(routes.accessEvents, async (c) => {
    const found = await waysIn.accessLog.list(c.req.valid('query'));
    const events = found.map(({ at, person, name, ...event }) => ({
      ...event,
      at: at.toISOString(),
      person: person === null ? null : { id: person, name },
      details: { ...event.details },
    }));
    return c.json({ events }, 200);
  });
}

/** What is wrong with a refusal is for the log alone. */
async function logged<T>(c: Context<AppEnv>, { log }: ApiResources, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) {
      const reason = error.cause instanceof Error ? error.cause.message : undefined;
      log.info({ requestId: c.get('requestId'), code: error.code, reason }, 'a way in was refused');
    }
    throw error;
  }
}
