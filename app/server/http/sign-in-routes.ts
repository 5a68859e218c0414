import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  operatorState,
  operatorStateRoute,
  signInOperator,
  signOutOperator,
} from '@visavox/api/operator-routes';
import { addOrganisationRoutes } from '@visavox/api/organisation-routes';
import type { UserError } from '@visavox/core/errors';
import { faceHints } from '@visavox/recognition/face-finding/face-hints';
import { voiceHints } from '../enrolment/capture-hints.ts';
import { invalidRequest } from '../faults.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { requireSomebody, speakerOf } from './auth.ts';
import { burstOf } from './burst.ts';
import { takeCookie } from './cookies.ts';
import { newEnrolmentChallenge } from './enrolment-challenge.ts';
import { doorOf, toldSession, welcome } from './entry.ts';
import { routes } from './routes.ts';
import { otherWays } from './schemas.ts';
import { readRecording, readUpload } from './uploads.ts';
import { beginVisit } from './visitor.ts';

/** What people do: look whether a recording is good, sign in, say that it was them. */
export function addSignInRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { champion, signIn, attempts, log, secureCookies } = resources;
  const { waysIn } = resources;

  app.openapi(routes.checkFace, async (c) => {
    const { bytes } = await readRecording(c, 'face');
    const { quality } = await champion.use(({ loaded }) => loaded.recogniser.signals.captureFace(bytes));
    return c.json({ ok: true as const, quality: { ...quality }, hints: faceHints(quality) }, 200);
  });

  app.openapi(routes.checkVoice, async (c) => {
    const { bytes } = await readRecording(c, 'voice');
    const { quality } = await champion.use(({ loaded }) => loaded.recogniser.signals.captureVoice(bytes));
    return c.json({ ok: true as const, quality: { ...quality }, hints: voiceHints(quality) }, 200);
  });

  app.openapi(routes.challenge, async (c) => {
    const wish = c.req.valid('json');
    const visitor = beginVisit(c, secureCookies);
    const withTurn = !wish.withoutTurn;
    if (wish.purpose === 'enrolment') {
      const { invitation } = wish;
      return c.json(await newEnrolmentChallenge(resources, { client: visitor, withTurn, invitation }), 201);
    }
    const operator = c.get('caller').program;
    const { name } = wish;
    if (name === undefined) throw nameMissing();
    const { expiresAt, ...challenge } = await signIn.challenge({ name, withTurn, visitor, operator });
    return c.json({ ...challenge, expiresAt: expiresAt.toISOString() }, 201);
  });

  app.openapi(routes.attempt, async (c) => {
    const { fields, recordings, frames } = await readUpload(c, {
      fields: ['name', 'challenge'],
      optional: ['frameTimes'],
      frames: true,
    });
    // A page that an operator is signed in at is used by visitors as well: only a program measures.
    const { program: operator, session } = c.get('caller');
    const { latencyMs, ...result } = await signIn.attempt({
      name: fields.get('name') ?? '',
      challenge: fields.get('challenge') ?? '',
      recordings,
      frames: burstOf(frames, fields.get('frameTimes')),
      visitor: c.get('visitor'),
      operator,
      mayEnter: async (person) => operator || (await waysIn.mayShowFaceAndVoice(person, session)),
      receivedAt: c.get('receivedAt'),
    });
    const { id, decision, servedBy } = result;
    log.info(
      { requestId: c.get('requestId'), attempt: id, decision, servedBy, latencyMs },
      'sign-in decided',
    );
    const { person } = result;
    if (person && !operator && !result.measured) {
      const shown = { way: 'face_and_voice', amr: ['face', 'vbm'] } as const;
      const letIn = await waysIn.entrance.letIn(doorOf(c), shown, async () => person);
      welcome(c, letIn, resources);
    }
    if (decision !== 'accept') c.set('refused', true);
    return c.json(
      {
        ...result,
        hints: [...result.hints],
        reasons: decision === 'accept' ? [] : ['not_recognised'],
        otherWays: decision === 'accept' ? [] : [...otherWays],
      },
      200,
    );
  });

  app.openapi(routes.feedback, async (c) => {
    requireSomebody(c);
    const { id } = c.req.valid('param');
    const { outcome } = c.req.valid('json');
    const { samples } = await attempts.feedback(id, outcome, speakerOf(c.get('caller')));
    log.info({ requestId: c.get('requestId'), attempt: id, outcome, samples }, 'feedback given');
    return c.json({ id, outcome, samples }, 200);
  });

  app.openapi(routes.session, (c) => c.json(toldSession(c, resources), 200));

  app.openapi(routes.endSession, async (c) => {
    const token = c.get('sessionToken');
    if (token !== undefined) await waysIn.sessions.end(token);
    takeCookie(c, 'session', secureCookies);
    return c.body(null, 204);
  });

  app.openapi(operatorStateRoute, async (c) => c.json(await operatorState(c.get('caller'), resources), 200));

  app.openapi(routes.operatorSession, async (c) => {
    const user = await signInOperator(c, c.req.valid('json'), resources);
    const operator = user.role === 'operator';
    const details = { network: c.get('network') };
    if (operator)
      await waysIn.accessLog.record({ kind: 'operator_signed_in', person: null, by: 'operator', details });
    c.set('caller', { ...c.get('caller'), operator, user });
    return c.json(toldSession(c, resources), 200);
  });

  addOrganisationRoutes(app, resources, async (c, { role }) => {
    const details = { network: c.get('network') };
    if (role === 'operator')
      await waysIn.accessLog.record({ kind: 'operator_signed_in', person: null, by: 'operator', details });
  });

  app.openapi(routes.endOperatorSession, async (c) => {
    await signOutOperator(c, resources);
    return c.body(null, 204);
  });
}

function nameMissing(): UserError {
  return invalidRequest(
    'name: whoever signs in says who they are',
    'Send the name, or ask for a challenge of the purpose "enrolment".',
    { field: 'name' },
  );
}
