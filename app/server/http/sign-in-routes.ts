import type { OpenAPIHono } from '@hono/zod-openapi';
import { faceHints, voiceHints } from '../enrolment/capture-hints.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import {
  giveSession,
  isOperatorsProgram,
  requireOperatorToken,
  requireSomebody,
  takeSession,
} from './auth.ts';
import { burstOf } from './burst.ts';
import { routes } from './routes.ts';
import { otherWays } from './schemas.ts';
import { readRecording, readUpload } from './uploads.ts';
import { beginVisit } from './visitor.ts';

/** What people do: look whether a recording is good, sign in, say that it was them. */
export function addSignInRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { champion, signIn, sessions, attempts, log, secureCookies } = resources;

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
    const { withoutTurn, slowly, name } = c.req.valid('json');
    const visitor = beginVisit(c, secureCookies);
    const operator = isOperatorsProgram(c);
    const wish = { name, withTurn: !withoutTurn, slowly, visitor, operator };
    const { expiresAt, cues, ...challenge } = await signIn.challenge(wish);
    return c.json({ ...challenge, cues: [...cues], expiresAt: expiresAt.toISOString() }, 201);
  });

  app.openapi(routes.attempt, async (c) => {
    const { fields, recordings, frames } = await readUpload(c, {
      fields: ['name', 'challenge'],
      optional: ['frameTimes'],
      frames: true,
    });
    const operator = isOperatorsProgram(c);
    const { latencyMs, ...result } = await signIn.attempt({
      name: fields.get('name') ?? '',
      challenge: fields.get('challenge') ?? '',
      recordings,
      frames: burstOf(frames, fields.get('frameTimes')),
      visitor: c.get('visitor'),
      operator,
      receivedAt: c.get('receivedAt'),
    });
    const { id, decision, servedBy } = result;
    log.info(
      { requestId: c.get('requestId'), attempt: id, decision, servedBy, latencyMs },
      'sign-in decided',
    );
    if (result.person && !operator && !result.measured) {
      const replaces = c.get('sessionToken');
      const token = await sessions.start({ person: result.person.id, operator: false, replaces });
      giveSession(c, token, secureCookies);
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
    const { person, operator } = c.get('caller');
    const { samples } = await attempts.feedback(id, outcome, { person: person?.id ?? null, operator });
    log.info({ requestId: c.get('requestId'), attempt: id, outcome, samples }, 'feedback given');
    return c.json({ id, outcome, samples }, 200);
  });

  app.openapi(routes.session, (c) => {
    const { person, operator } = c.get('caller');
    return c.json({ person, operator }, 200);
  });

  app.openapi(routes.endSession, async (c) => {
    const token = c.get('sessionToken');
    if (token !== undefined) await sessions.end(token);
    takeSession(c, secureCookies);
    return c.body(null, 204);
  });

  app.openapi(routes.operatorSession, async (c) => {
    requireOperatorToken(c.req.valid('json').token, resources.operatorToken);
    const { person } = c.get('caller');
    const token = await sessions.start({
      person: person?.id ?? null,
      operator: true,
      replaces: c.get('sessionToken'),
    });
    giveSession(c, token, secureCookies);
    return c.json({ person, operator: true }, 200);
  });
}
