import { createRoute, z } from '@hono/zod-openapi';
import {
  AliasHistory,
  AliasReason,
  AliasWish,
  Bom,
  ModelComparison,
  ModelDetails,
  ModelVerification,
  SigningBundle,
  SigningKey,
} from './model-facts-schemas.ts';
import { body, InEnvironment, json, OfModel, OfVersion, operator, problem } from './route-parts.ts';

const OfAlias = OfModel.extend({
  alias: z.string().regex(/^[a-z]{1,30}$/, 'an alias has small letters, 30 at most'),
});
const base = { tags: ['platform'], security: operator };
const version = '/api/v1/models/{name}/versions/{version}';

/** What is known of model versions: what their files say, who signed them, and what people call them. */
export const modelFactsRoutes = {
  modelDetails: createRoute({
    ...{ ...base, method: 'get', path: `${version}/details` },
    summary: 'What its files say of it: signature, input example, card, flavour',
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(ModelDetails, 'as it was registered'), default: problem },
  }),
  modelBom: createRoute({
    ...{ ...base, method: 'get', path: `${version}/bom` },
    summary: 'Its bill of materials: CycloneDX 1.6 (ML-BOM)',
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(Bom, 'the same whenever it is asked for'), default: problem },
  }),
  modelSigned: createRoute({
    ...{ ...base, method: 'get', path: `${version}/signature` },
    summary: 'The signature over its files (OpenSSF model signing)',
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(SigningBundle, 'a Sigstore bundle'), default: problem },
  }),
  verifyModel: createRoute({
    ...{ ...base, method: 'post', path: `${version}/verify` },
    summary: 'Hold every byte of its files against its signature',
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(ModelVerification, 'read to the last byte'), default: problem },
  }),
  signingKey: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/model-signing-key' },
    summary: 'The public key by which anyone can verify what is signed here',
    responses: { 200: json(SigningKey, 'of this installation'), default: problem },
  }),
  compareModels: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/model-comparison' },
    summary: 'Two model versions side by side, and which of their figures can be compared',
    request: {
      query: InEnvironment.extend({
        a: z.string().max(200).openapi({ description: 'NAME:VERSION or NAME@ALIAS' }),
        b: z.string().max(200),
        on: z
          .string()
          .max(300)
          .optional()
          .openapi({ description: 'the dataset version that was held out: NAME, NAME@DIGEST or a digest' }),
      }),
    },
    responses: { 200: json(ModelComparison, 'side by side'), default: problem },
  }),
  modelAliases: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/aliases' },
    summary: 'What its aliases mean, and who changed that when and why',
    request: { params: OfModel },
    responses: { 200: json(AliasHistory, 'the newest change first'), default: problem },
  }),
  setAlias: createRoute({
    ...{ ...base, method: 'put', path: '/api/v1/models/{name}/aliases/{alias}' },
    request: { params: OfAlias, body: body(AliasWish) },
    responses: { 200: json(AliasHistory, 'as it is now'), default: problem },
  }),
  removeAlias: createRoute({
    ...{ ...base, method: 'delete', path: '/api/v1/models/{name}/aliases/{alias}' },
    request: { params: OfAlias, query: AliasReason },
    responses: { 200: json(AliasHistory, 'as it is now'), default: problem },
  }),
} as const;
