import { z } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { ModelCard as Card } from '@visavox/core/model-card';
import { ModelDescription } from '@visavox/core/model-description';

export const ModelVerification = z
  .object({
    state: z.enum(['verified', 'unsigned', 'refused']),
    faults: z.array(z.string()).openapi({ description: 'what is not as it was signed' }),
    key: z.string().openapi({ description: 'the SHA-256 of the public key that signs here' }),
    signedAt: z.string().nullable(),
  })
  .openapi('ModelVerification');
export const ModelCard = z.object(Card.shape).openapi('ModelCard');
const {
  format: _,
  example: __,
  card: ___,
  licence: ____,
  signature: _____,
  ...described
} = ModelDescription.shape;
/** As MLflow writes them. */
const SignatureParts = z.array(z.record(z.string(), z.unknown())).nullable();
export const ModelDetails = z
  .object({
    ...described,
    signature: z
      .object({ inputs: SignatureParts, outputs: SignatureParts, params: SignatureParts })
      .nullable()
      .openapi({ description: "MLflow's ModelSignature; null where the files do not say it" }),
    takes: z.array(z.string()).nullable().openapi({ description: 'its inputs, in words' }),
    returns: z.array(z.string()).nullable().openapi({ description: 'its outputs, in words' }),
    example: z
      .object({
        file: z.string(),
        value: z.unknown().openapi({ description: 'as it is written; null where it is large' }),
      })
      .nullable(),
    card: ModelCard,
    signed: ModelVerification.openapi({
      description: 'the signature against the list of files; the files themselves are read by verifying',
    }),
    files: z.int(),
    bytes: z.int(),
  })
  .openapi('ModelDetails');
/** Whatever CycloneDX 1.6 allows. */
export const Bom = z.record(z.string(), z.unknown()).openapi('MlBom');
export const SigningBundle = z
  .record(z.string(), z.unknown())
  .openapi('ModelSigningBundle', { description: 'what model_signing verify takes' });
export const SigningKey = z
  .object({ id: z.string(), pem: z.string().openapi({ description: 'the public key' }) })
  .openapi('ModelSigningKey');

const scalar = z.union([z.string(), z.number()]).nullable();
const Differences = z.array(z.object({ name: z.string(), a: scalar, b: scalar, equal: z.boolean() }));
export const ModelComparison = z
  .object({
    a: z.string(),
    b: z.string(),
    on: Digest.nullable(),
    metrics: z.array(
      z.object({
        name: z.string(),
        a: z.number().nullable(),
        b: z.number().nullable(),
        comparable: z.boolean().openapi({ description: 'whether both are of the same data' }),
        why: z.string(),
      }),
    ),
    signature: Differences,
    card: Differences,
    lineage: Differences,
    sizes: Differences,
  })
  .openapi('ModelComparison');

const reason = z.string().trim().min(1).max(500);
const change = { alias: z.string(), by: z.string(), reason: z.string(), at: z.string() };
export const AliasHistory = z
  .object({
    aliases: z.array(z.object({ ...change, version: z.int() })),
    history: z.array(
      z.object({
        ...change,
        version: z.int().nullable().openapi({ description: 'null: it was taken away' }),
        environment: z
          .string()
          .nullable()
          .openapi({ description: 'of champion, which follows the releases there' }),
      }),
    ),
  })
  .openapi('ModelAliases');
export const AliasWish = z.object({ version: z.int().positive(), reason }).openapi('AliasWish');
export const AliasReason = z.object({ reason });
