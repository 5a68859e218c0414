import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../processes/free-port.ts';
import { EncryptedObjectStore } from './encrypted-object-store.ts';
import { encryptionKey } from './encryption-key.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { objectStoreLocation, openObjectStore, openOrCreateObjectStore } from './open-object-store.ts';
import { partBytes, S3ObjectStore } from './s3-object-store.ts';
import { type S3Location, s3Environment, s3Location, s3Settings } from './s3-settings.ts';
import { describeOnEachS3Server, s3TestEnvironment } from './test-servers.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const large = () => new Uint8Array(2 * partBytes + 12_345).map((_, index) => index * 7);
const key = encryptionKey(new Uint8Array(32).fill(7));
afterEach(() => vi.unstubAllEnvs());

describeOnEachS3Server('objects in a bucket', (server, program) => {
  objectStoreContract(async () => S3ObjectStore.open(await server().newLocation()));

  describe('encrypted', () => {
    objectStoreContract(
      async () => new EncryptedObjectStore(await S3ObjectStore.open(await server().newLocation()), key),
    );
  });

  it('keeps stores with different prefixes in one bucket apart', async () => {
    const location = await server().newLocation();
    const [one, two, whole] = await Promise.all(
      ['one', 'two/deep', ''].map((prefix) => S3ObjectStore.open({ ...location, prefix })),
    );
    await one?.put('a', bytes('1'));
    await two?.put('a', bytes('2'));
    expect(Buffer.from((await one?.get('a')) ?? []).toString()).toBe('1');
    const keys: string[] = [];
    for await (const found of whole?.list('') ?? []) keys.push(found);
    expect(keys).toEqual(['one/a', 'two/deep/a']);
  });

  it('lists every key of several pages once', { timeout: 120_000 }, async () => {
    const store = await S3ObjectStore.open(await server().newLocation());
    const wanted = Array.from({ length: 1003 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < wanted.length; start += 50)
      await Promise.all(wanted.slice(start, start + 50).map((name) => store.put(name, bytes(name))));
    const found: string[] = [];
    for await (const name of store.list('many/')) found.push(name);
    expect(found).toEqual(wanted);
  });

  it('keeps large objects whole when their writer is killed', { timeout: 120_000 }, async () => {
    const location = await server().newLocation();
    const writer = fileURLToPath(new URL('./killed-writer.fixture.ts', import.meta.url));
    const store = await S3ObjectStore.open(location);
    for (const afterMs of [5, 150, 400]) {
      const command = [
        '--import',
        'tsx',
        writer,
        `s3://${location.bucket}/visavox`,
        String(partBytes + 5_000_000),
      ];
      const child = spawn(process.execPath, command, {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, AWS_ENDPOINT_URL_S3: server().endpoint },
      });
      await once(child.stdout, 'data');
      await pause(afterMs);
      child.kill('SIGKILL');
      await once(child, 'exit');
      for (const name of ['folder/0', 'folder/1', 'folder/2']) {
        const value = await store.get(name);
        expect(value.length).toBe(partBytes + 5_000_000);
        expect(Buffer.from(value).equals(Buffer.alloc(value.length, value[0]))).toBe(true);
      }
    }
  });

  it('reads what other programs put there', async () => {
    const location = await server().newLocation();
    const client = foreignClient(location);
    await client.send(new PutObjectCommand({ Bucket: location.bucket, Key: 'visavox/a', Body: 'by hand' }));
    const store = await S3ObjectStore.open(location);
    expect(Buffer.from(await store.get('a')).toString()).toBe('by hand');
  });

  describe('on a bad day', () => {
    const overFaultyNetwork = async (answerWithinMs?: number) => {
      const location = await server().newLocation();
      const proxy = await startFaultyProxy(server().endpoint);
      const store = await S3ObjectStore.open({ ...location, endpoint: proxy.endpoint }, answerWithinMs);
      return { location, proxy, store, direct: await S3ObjectStore.open(location) };
    };

    it('repeats what was cut off or put off, and ends whole', async () => {
      const { proxy, store } = await overFaultyNetwork();
      const seen = new Map<string, number>();
      proxy.mishap = ({ method, path }) => {
        const times = seen.get(method + path) ?? 0;
        seen.set(method + path, times + 1);
        const mishaps = method === 'PUT' ? (['cut', 'busy'] as const) : (['cut answer', 'busy'] as const);
        return mishaps[times] ?? 'pass';
      };
      const content = large();
      await store.put('large', content);
      expect(Buffer.from(await store.get('large')).equals(content)).toBe(true);
      await store.put('small', bytes('small'));
      expect(Buffer.from(await store.get('small')).toString()).toBe('small');
      await proxy.close();
    });

    it('takes a stream up where it broke off, and reads it once', async () => {
      const { proxy, store } = await overFaultyNetwork();
      const content = large();
      async function* stream() {
        for (let start = 0; start < content.length; start += 1 << 20)
          yield content.subarray(start, start + (1 << 20));
      }
      await store.put('large', stream());
      let asked = 0;
      proxy.mishap = ({ method }) => (method === 'GET' && asked++ < 3 ? 'cut answer' : 'pass');
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.read('large')) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect(asked).toBe(4);
      await proxy.close();
    });

    it('never answers bytes that are not those that were put', async () => {
      const { proxy, store } = await overFaultyNetwork();
      await store.put('a', bytes('the content'));
      proxy.mishap = () => 'flip a bit';
      await expect(store.get('a')).rejects.toThrow('corrupted');
      await expect(async () => {
        for await (const _ of store.read('a'));
      }).rejects.toThrow('corrupted');
      await proxy.close();
    });

    it('shows nothing of a large object whose parts did not all arrive', async () => {
      const { location, proxy, store, direct } = await overFaultyNetwork();
      await direct.put('large', bytes('the one before'));
      proxy.mishap = ({ method, path }) =>
        method === 'PUT' && path.includes('partNumber=2') ? 'busy' : 'pass';
      await expect(store.put('large', large())).rejects.toMatchObject({ code: 'object_store_failing' });
      expect(Buffer.from(await direct.get('large')).toString()).toBe('the one before');
      const left = await foreignClient(location).send(
        new ListMultipartUploadsCommand({ Bucket: location.bucket, Prefix: 'visavox/large' }),
      );
      expect(left.Uploads ?? []).toEqual([]);
      await proxy.close();
    });

    it('says that nobody answers', async () => {
      const location = {
        ...(await server().newLocation()),
        endpoint: `http://127.0.0.1:${await freePort()}`,
      };
      await expect(S3ObjectStore.open(location)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'object_store_unreachable',
      });
    });

    it('says that the server went away', async () => {
      const { proxy, store } = await overFaultyNetwork();
      await proxy.close();
      const unreachable = { kind: 'unavailable', code: 'object_store_unreachable' };
      await expect(store.put('a', bytes('a'))).rejects.toMatchObject(unreachable);
      await expect(store.get('a')).rejects.toMatchObject(unreachable);
      await expect(store.has('a')).rejects.toMatchObject(unreachable);
      await expect(store.delete('a')).rejects.toMatchObject(unreachable);
      await expect(async () => {
        for await (const _ of store.list('')) expect.unreachable();
      }).rejects.toMatchObject(unreachable);
    });

    it('does not wait for ever for a server that takes a request and says nothing', async () => {
      const { proxy, store } = await overFaultyNetwork(200);
      proxy.mishap = () => 'silence';
      const unreachable = {
        code: 'object_store_unreachable',
        action: expect.stringContaining('tried again'),
      };
      await expect(store.put('a', bytes('a'))).rejects.toMatchObject(unreachable);
      await expect(store.get('a')).rejects.toMatchObject(unreachable);
      await proxy.close();
    });

    it('says how to make a bucket that is missing', async () => {
      const location = { ...(await server().newLocation()), bucket: 'nobody-made-it' };
      await expect(S3ObjectStore.open(location)).rejects.toMatchObject({
        code: 'bucket_missing',
        action: expect.stringContaining(`aws s3 mb s3://nobody-made-it --endpoint-url ${server().endpoint}`),
      });
    });

    it.each([
      ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'guessed-secret' }],
      ['an unknown user', { AWS_ACCESS_KEY_ID: 'nobody' }],
      ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }],
    ])('says that %s is refused', async (_, environment) => {
      const location = await server().newLocation();
      for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
      await expect(S3ObjectStore.open(location)).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'object_store_credentials',
        action: expect.stringContaining('AWS_ACCESS_KEY_ID'),
      });
    });
  });

  it.runIf(program === 'versitygw')('notices bytes that were altered on the server’s disk', async () => {
    const location = await server().newLocation();
    const store = await S3ObjectStore.open(location);
    await store.put('a', bytes('the content'));
    const file = join(server().folder, location.bucket, 'visavox', 'a');
    const altered = await readFile(file);
    altered.writeUInt8(altered.readUInt8(3) ^ 1, 3);
    await writeFile(file, altered);
    await expect(store.get('a')).rejects.toThrow('corrupted');
  });

  it('opens for the server and for a step by one URL and one environment', async () => {
    const { endpoint, bucket } = await server().newLocation();
    const environment = {
      ...s3TestEnvironment,
      AWS_ENDPOINT_URL_S3: endpoint,
      VISAVOX_OBJECTS: `s3://${bucket}/visavox`,
      VISAVOX_KEY: '07'.repeat(32),
    };
    const location = objectStoreLocation(environment);
    await (await openOrCreateObjectStore(location)).put('a', bytes('content'));
    expect(Buffer.from(await (await openObjectStore(location)).get('a')).toString()).toBe('content');
    const keyless = { url: location.url, s3: s3Settings(environment), key: { file: '/nowhere/objects.key' } };
    await expect(openOrCreateObjectStore(keyless)).rejects.toMatchObject({ code: 'encryption_key_missing' });
  });
});

describe('where a bucket is', () => {
  it('is read from the variables that other AWS programs read', () => {
    expect(s3Settings({})).toEqual({ endpoint: undefined, region: 'us-east-1' });
    expect(
      s3Settings({
        AWS_ENDPOINT_URL: 'http://a:1',
        AWS_ENDPOINT_URL_S3: 'http://b:2',
        AWS_REGION: 'eu-west-1',
      }),
    ).toEqual({ endpoint: 'http://b:2', region: 'eu-west-1' });
    expect(() => s3Settings({ AWS_ENDPOINT_URL: 'minio:9000' })).toThrow('AWS_ENDPOINT_URL');
  });

  it('is told to steps under every name that their libraries know', () => {
    const given = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SESSION_TOKEN: '', HOME: '/root' };
    const told = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id' };
    expect(s3Environment(given)).toEqual(told);
  });

  it.each([
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
    ['s3://my-bucket.2/a/b/', 'my-bucket.2', 'a/b'],
  ])('%s', (url, bucket, prefix) => {
    expect(s3Location(url, s3Settings({}))).toMatchObject({ bucket, prefix });
  });

  it.each(['s3://', 's3://B', 's3://bucket/a//b', 's3://bucket/ä', 's3:bucket'])('refuses %s', (url) => {
    expect(() => s3Location(url, s3Settings({}))).toThrow('not an S3 location');
  });
});

function foreignClient({ endpoint, region }: S3Location): S3Client {
  return new S3Client({ region, forcePathStyle: true, ...(endpoint ? { endpoint } : {}) });
}
