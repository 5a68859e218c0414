import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { digestOf } from '@visavox/core/digest';
import { blobKey } from '@visavox/core/object-store';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../../scripts/peer-environment.mjs';
import { SqlBundleFacts } from '../sql/bundle-facts.ts';
import { describeOnEachDatabase } from '../sql/test-databases.ts';
import { signatureFaults, signBundle } from './model-signing.ts';
import { SignedBundles } from './signed-bundles.ts';
import { SigningKey } from './signing-key.ts';

const key = new SigningKey(new Uint8Array(32).fill(1));
const contents: Readonly<Record<string, string>> = {
  MLmodel: 'flavors: {}',
  'data/model.pkl': 'weights',
  'data.txt': 'sorted between them',
  'é ü.bin': 'a name with accents',
};
const files = Object.entries(contents).map(([path, text]) => ({
  ...{ path, digest: digestOf(text), bytes: Buffer.byteLength(text) },
}));
const manifest = { format: 1 as const, name: 'wines', files, parent: null, properties: {} };

describe('a key pair', () => {
  it('follows from the secret, in every process', () => {
    expect(new SigningKey(new Uint8Array(32).fill(1)).publicPem).toBe(key.publicPem);
    expect(new SigningKey(new Uint8Array(32).fill(2)).publicPem).not.toBe(key.publicPem);
    expect(createPublicKey(key.publicPem).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });
});

describe('a signature', () => {
  const signed = signBundle(key, manifest);

  it('fits the files that were signed, and no others', () => {
    expect(signatureFaults(key, signed, manifest)).toEqual([]);
    const changed = files.map((file) => ({ ...file, digest: digestOf(`${file.path} changed`) }));
    expect(signatureFaults(key, signed, { ...manifest, files: changed })).toHaveLength(files.length);
    expect(signatureFaults(key, signed, { ...manifest, files: files.slice(1) })).toEqual([
      'MLmodel was signed and is not there',
    ]);
    const more = [...files, { path: 'more', digest: digestOf('more'), bytes: 4 }];
    expect(signatureFaults(key, signed, { ...manifest, files: more })).toEqual(['more was not signed']);
  });

  it('is refused where any part of it was changed, and where another key made it', () => {
    const other = new SigningKey(new Uint8Array(32).fill(2));
    expect(signatureFaults(key, signBundle(other, manifest), manifest)).toEqual([
      'it is of another key than this installation has',
    ]);
    const { dsseEnvelope, verificationMaterial } = signBundle(other, manifest);
    const disguised = {
      ...signed,
      dsseEnvelope,
      verificationMaterial: { ...verificationMaterial, publicKey: { hint: key.id } },
    };
    expect(signatureFaults(key, disguised, manifest)).toEqual(['the signature does not fit what was signed']);
    const payload = Buffer.from(signed.dsseEnvelope.payload, 'base64');
    payload[payload.length - 20] = (payload[payload.length - 20] ?? 0) ^ 1;
    const altered = {
      ...signed,
      dsseEnvelope: { ...signed.dsseEnvelope, payload: payload.toString('base64') },
    };
    expect(signatureFaults(key, altered, manifest)).toEqual(['the signature does not fit what was signed']);
    for (const none of [null, {}, 'text', { ...signed, dsseEnvelope: {} }])
      expect(signatureFaults(key, none, manifest)).toHaveLength(1);
  });
});

/** From PyPI; `node scripts/peer-environment.mjs model-signing` makes its environment. */
const python = peerPython('model-signing');
describe.skipIf(!python)("a stranger with the OpenSSF's own tool", { timeout: 60_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-signed-'));
    for (const [path, text] of Object.entries(contents)) {
      await mkdir(dirname(join(folder, 'model', path)), { recursive: true });
      await writeFile(join(folder, 'model', path), text);
    }
    await writeFile(join(folder, 'key.pub'), key.publicPem);
    await writeFile(join(folder, 'model.sig'), JSON.stringify(signBundle(key, manifest)));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const verify = async () => {
    const words = ['verify', 'key', 'model', '--signature', 'model.sig', '--public_key', 'key.pub'];
    const done = promisify(execFile)(python ?? '', ['-m', 'model_signing', ...words], { cwd: folder });
    return done.then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  };

  it('verifies it, and refuses a changed byte, another file and another key', async () => {
    expect(await verify()).toBe(0);
    await writeFile(join(folder, 'model', 'data', 'model.pkl'), 'Weights');
    expect(await verify()).not.toBe(0);
    await writeFile(join(folder, 'model', 'data', 'model.pkl'), 'weights');
    await writeFile(join(folder, 'model', 'another'), '');
    expect(await verify()).not.toBe(0);
    await rm(join(folder, 'model', 'another'));
    expect(await verify()).toBe(0);
    await writeFile(join(folder, 'key.pub'), new SigningKey(new Uint8Array(32)).publicPem);
    expect(await verify()).not.toBe(0);
  });
});

describeOnEachDatabase('signed bundles', (database) => {
  async function opened() {
    const objects = new MemoryObjectStore();
    const texts = new Map(Object.entries(contents).map(([path, text]) => [path, Buffer.from(text)]));
    const bundle = await putBundle(objects, { manifest, files: texts });
    const signed = new SignedBundles({ objects, facts: new SqlBundleFacts(database().db), key });
    return { objects, bundle, signed };
  }

  it('are signed once, and verified to the last byte', async () => {
    const { bundle, signed } = await opened();
    expect(await signed.verify(bundle)).toMatchObject({ state: 'unsigned', signedAt: null });
    await signed.sign(bundle);
    const first = await signed.signature(bundle);
    await signed.sign(bundle);
    expect(await signed.signature(bundle)).toEqual(first);
    expect(await signed.verify(bundle)).toMatchObject({ state: 'verified', faults: [], key: key.id });
    await signed.require(bundle, 'wines:1');
  });

  it('are refused wherever a byte was changed', async () => {
    for (const { path, digest } of files) {
      const { objects, bundle, signed } = await opened();
      await signed.sign(bundle);
      const kept = await objects.get(blobKey(digest));
      for (let at = 0; at < kept.length; at++) {
        const changed = Uint8Array.from(kept, (byte, index) => (index === at ? byte ^ 1 : byte));
        await objects.put(blobKey(digest), changed);
        expect(await signed.verify(bundle)).toMatchObject({
          state: 'refused',
          faults: [`${path} was changed`],
        });
      }
      await expect(signed.require(bundle, 'wines:1')).rejects.toMatchObject({
        code: 'model_not_verified',
        message: `wines:1 is not what was signed: ${path} was changed`,
      });
      await objects.put(blobKey(digest), kept);
      expect(await signed.verify(bundle)).toMatchObject({ state: 'verified' });
    }
  });

  it('are refused where a file or the list of files is lost', async () => {
    const { objects, bundle, signed } = await opened();
    await signed.sign(bundle);
    await objects.delete(blobKey(digestOf('weights')));
    expect((await signed.verify(bundle)).faults).toEqual(['data/model.pkl is lost']);
    await objects.delete(blobKey(bundle));
    expect((await signed.verify(bundle)).faults).toEqual(['the list of its files is damaged or lost']);
  });
});
