import { createRoute, z } from '@hono/zod-openapi';
import { body, Id, json, limit, none, operator, problem } from '@visavox/api/route-parts';
import { SignIn } from '@visavox/api/user-schemas';
import { Name } from '@visavox/core/model';
import { reportFileNames } from '../model-report.ts';
import { EnrolmentChallenge, People, Person } from './enrolment-schemas.ts';
import {
  AttemptResult,
  Attempts,
  attemptForm,
  binaryBody,
  CaptureVerdict,
  Challenge,
  ChallengeWish,
  enrolmentForm,
  Feedback,
  FeedbackResult,
  ModelReport,
  Overview,
  Samples,
} from './schemas.ts';
import { personOrOperator } from './security.ts';
import { waysInRoutes } from './ways-in-routes.ts';
import { Session } from './ways-in-schemas.ts';

const OfVersion = z.object({ name: Name, version: z.coerce.number().int().positive() });

export const routes = {
  ...waysInRoutes,
  checkFace: createRoute({
    method: 'post',
    path: '/api/v1/captures/face',
    tags: ['sign-in'],
    summary: 'Whether an image can be used; nothing is kept',
    request: { body: binaryBody('image/*') },
    responses: { 200: json(CaptureVerdict, 'usable'), default: problem },
  }),
  checkVoice: createRoute({
    method: 'post',
    path: '/api/v1/captures/voice',
    tags: ['sign-in'],
    summary: 'Whether a recording can be used; nothing is kept',
    request: { body: binaryBody('audio/*') },
    responses: { 200: json(CaptureVerdict, 'usable'), default: problem },
  }),
  enrol: createRoute({
    method: 'post',
    path: '/api/v1/people',
    tags: ['people'],
    summary: 'Enrol a person, who is recognised from then on; an operator may have to look first',
    request: {
      headers: z.object({ 'idempotency-key': z.string().optional() }),
      body: enrolmentForm,
    },
    responses: { 201: json(Person, 'enrolled'), default: problem },
  }),
  challenge: createRoute({
    method: 'post',
    path: '/api/v1/challenges',
    tags: ['sign-in'],
    summary:
      'Digits to say and where to turn the head, good for one attempt within two minutes or one enrolment within ten',
    request: { body: body(ChallengeWish) },
    responses: { 201: json(Challenge.or(EnrolmentChallenge), 'given'), default: problem },
  }),
  attempt: createRoute({
    method: 'post',
    path: '/api/v1/attempts',
    tags: ['sign-in'],
    summary: 'Try to sign in; who is accepted gets a session cookie',
    request: { body: attemptForm },
    responses: { 200: json(AttemptResult, 'decided'), default: problem },
  }),
  feedback: createRoute({
    method: 'post',
    path: '/api/v1/attempts/{id}/feedback',
    tags: ['sign-in'],
    summary: 'Say whether it was really this person; by the person or an operator',
    security: personOrOperator,
    request: { params: Id, body: body(Feedback) },
    responses: { 200: json(FeedbackResult, 'kept'), default: problem },
  }),
  session: createRoute({
    method: 'get',
    path: '/api/v1/session',
    tags: ['sign-in'],
    responses: { 200: json(Session, 'who is asking'), default: problem },
  }),
  endSession: createRoute({
    method: 'delete',
    path: '/api/v1/session',
    tags: ['sign-in'],
    responses: { 204: none, default: problem },
  }),
  operatorSession: createRoute({
    method: 'post',
    path: '/api/v1/operator/session',
    tags: ['operation'],
    summary: 'Exchange a token, or a name and a password, for a session cookie',
    request: { body: body(SignIn) },
    responses: { 200: json(Session, 'signed in'), default: problem },
  }),
  people: createRoute({
    method: 'get',
    path: '/api/v1/people',
    tags: ['people'],
    security: operator,
    responses: { 200: json(People, 'in the order of enrolment'), default: problem },
  }),
  person: createRoute({
    method: 'get',
    path: '/api/v1/people/{id}',
    tags: ['people'],
    security: personOrOperator,
    request: { params: Id },
    responses: { 200: json(Person, 'found'), default: problem },
  }),
  forget: createRoute({
    method: 'delete',
    path: '/api/v1/people/{id}',
    tags: ['people'],
    summary: 'Erase a person; by the person or an operator',
    security: personOrOperator,
    request: { params: Id },
    responses: { 204: none, default: problem },
  }),
  overview: createRoute({
    method: 'get',
    path: '/api/v1/overview',
    tags: ['operation'],
    security: operator,
    responses: { 200: json(Overview, "the console's first page"), default: problem },
  }),
  attempts: createRoute({
    method: 'get',
    path: '/api/v1/attempts',
    tags: ['operation'],
    security: operator,
    request: { query: z.object({ limit, person: z.string().optional() }) },
    responses: { 200: json(Attempts, 'newest first'), default: problem },
  }),
  samples: createRoute({
    method: 'get',
    path: '/api/v1/samples',
    tags: ['operation'],
    security: operator,
    request: { query: z.object({ limit, person: z.string().optional() }) },
    responses: { 200: json(Samples, 'newest first'), default: problem },
  }),
  modelReport: createRoute({
    method: 'get',
    path: '/api/v1/models/{name}/versions/{version}/report',
    tags: ['platform'],
    summary: 'What was measured of a model version: figures, plots with a table each, and its card',
    security: operator,
    request: { params: OfVersion, query: z.object({ language: z.enum(['en', 'fr']).default('en') }) },
    responses: { 200: json(ModelReport, 'in words of this language'), default: problem },
  }),
  modelReportFile: createRoute({
    method: 'get',
    path: '/api/v1/models/{name}/versions/{version}/report/{file}',
    tags: ['platform'],
    summary: 'One file of the report on a model version, which stands by itself',
    security: operator,
    request: { params: OfVersion.extend({ file: z.enum(reportFileNames) }) },
    responses: {
      200: {
        description: 'the file, to be kept',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
} as const;
