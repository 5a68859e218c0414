import { createHash } from 'node:crypto';
import { hexOf } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import { z } from 'zod';
import type { SigningKey } from './signing-key.ts';

const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'https://model_signing/signature/v1.0';

/**
 * A signature of OpenSSF model signing (model-signing 1.x): a Sigstore bundle whose DSSE envelope holds an in-toto statement
 * of every file's digest.
 */
export const ModelSigningBundle = z.object({
  mediaType: z.literal(bundleMediaType),
  verificationMaterial: z.object({
    publicKey: z.object({ hint: z.string() }),
    tlogEntries: z.array(z.unknown()),
  }),
  dsseEnvelope: z.object({
    payload: z.base64(),
    payloadType: z.literal(payloadType),
    signatures: z.array(z.object({ sig: z.base64(), keyid: z.string() })).length(1),
  }),
});
export type ModelSigningBundle = z.infer<typeof ModelSigningBundle>;

const Statement = z.object({
  _type: z.literal(statementType),
  predicateType: z.literal(predicateType),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })).length(1),
  predicate: z.object({
    serialization: z.object({
      method: z.literal('files'),
      hash_type: z.literal('sha256'),
      allow_symlinks: z.boolean(),
    }),
    resources: z.array(z.object({ name: z.string(), algorithm: z.literal('sha256'), digest: z.string() })),
  }),
});

type Signed = Pick<BundleManifest, 'name' | 'files'>;

export function signBundle(key: SigningKey, manifest: Signed): ModelSigningBundle {
  const resources = resourcesOf(manifest);
  const statement: z.infer<typeof Statement> = {
    _type: statementType,
    subject: [{ name: manifest.name, digest: { sha256: rootDigest(resources) } }],
    predicateType,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
      resources,
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  return {
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: key.id }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: Buffer.from(key.sign(preAuthentication(payload))).toString('base64'), keyid: '' }],
    },
  };
}

/** Why a signature is not one of this key over these files; empty where it is. */
export function signatureFaults(key: SigningKey, given: unknown, manifest: Signed): readonly string[] {
  const parsed = ModelSigningBundle.safeParse(given);
  if (!parsed.success) return ['it is no signature of OpenSSF model signing'];
  const { verificationMaterial, dsseEnvelope } = parsed.data;
  if (verificationMaterial.publicKey.hint !== key.id)
    return ['it is of another key than this installation has'];
  const payload = Buffer.from(dsseEnvelope.payload, 'base64');
  const [signature] = dsseEnvelope.signatures;
  if (!signature || !key.fits(preAuthentication(payload), Buffer.from(signature.sig, 'base64')))
    return ['the signature does not fit what was signed'];
  const statement = Statement.safeParse(JSON.parse(payload.toString('utf8')));
  if (!statement.success) return ['what was signed is no statement about a model'];
  const { subject, predicate } = statement.data;
  if (subject[0]?.digest.sha256 !== rootDigest(predicate.resources))
    return ['what was signed contradicts itself'];
  return fileFaults(new Map(predicate.resources.map(({ name, digest }) => [name, digest])), manifest);
}

function fileFaults(signed: ReadonlyMap<string, string>, { files }: Signed): readonly string[] {
  const there = new Map(files.map(({ path, digest }) => [path, hexOf(digest)]));
  return [
    ...[...signed.keys()]
      .filter((name) => !there.has(name))
      .map((name) => `${name} was signed and is not there`),
    ...[...there].flatMap(([path, digest]) => {
      const known = signed.get(path);
      if (known === undefined) return [`${path} was not signed`];
      return known === digest ? [] : [`${path} is not what was signed`];
    }),
  ];
}

/** By code points, as Python sorts paths: part by part. */
function resourcesOf({ files }: Signed) {
  return [...files]
    .sort((a, b) => comparePaths(a.path, b.path))
    .map(({ path, digest }) => ({ name: path, algorithm: 'sha256' as const, digest: hexOf(digest) }));
}

function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a.replaceAll('/', '\0')), Buffer.from(b.replaceAll('/', '\0')));
}

/** Of the files' digests one after the other. */
function rootDigest(resources: readonly { readonly digest: string }[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}

/** What is signed of a payload (DSSE v1). */
function preAuthentication(payload: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ]);
}
