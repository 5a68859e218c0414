import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import { checkObjectKey, objectMissing } from './object-key.ts';
import { isMissingObject, s3Fault } from './s3-faults.ts';
import type { S3Location } from './s3-settings.ts';

/** Larger objects go in parts of this size; S3 allows 10,000 parts. */
export const partBytes = 16 << 20;
const partsAtOnce = 3;
const attempts = 5;
/** User metadata, which every S3 server keeps, whatever checksum algorithms it knows. */
const digestField = 'visavox-digest';

/**
 * Objects in a bucket of any S3 server, under a prefix. A put is whole or not there at all: S3 shows an object, in
 * parts or not, when its last byte has arrived. The server checks SHA-256 of what arrives; what comes back is checked here.
 */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #location: S3Location;

  private constructor(client: S3Client, location: S3Location) {
    this.#client = client;
    this.#location = location;
  }

  /** Looks into the bucket once, since a missing one looks like a missing object later. */
  static async open(location: S3Location): Promise<S3ObjectStore> {
    const client = new S3Client({
      region: location.region,
      ...(location.endpoint ? { endpoint: location.endpoint } : {}),
      // As boto3 does: a bucket's own host name exists at AWS only.
      forcePathStyle: location.endpoint !== undefined,
      retryStrategy: new ConfiguredRetryStrategy(
        attempts,
        (attempt) => 100 * 2 ** attempt * (0.5 + Math.random()),
      ),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: 3000,
        socketTimeout: 20_000,
        requestTimeout: 60_000,
        throwOnRequestTimeout: true,
      },
    });
    const store = new S3ObjectStore(client, location);
    try {
      await client.send(
        new ListObjectsV2Command({ Bucket: location.bucket, Prefix: location.prefix, MaxKeys: 1 }),
      );
    } catch (error) {
      client.destroy();
      throw s3Fault(error, location, '');
    }
    return store;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: {
        ...this.#at(key),
        Body: bytes,
        ChecksumAlgorithm: 'SHA256',
        Metadata: { [digestField]: digestOf(bytes) },
      },
      partSize: partBytes,
      queueSize: partsAtOnce,
    });
    await upload.done().catch((error) => this.#fail(error, key));
  }

  async get(key: string): Promise<Uint8Array> {
    const request = this.#at(key);
    for (let attempt = 1; ; attempt++) {
      try {
        const { Body, Metadata } = await this.#client.send(new GetObjectCommand(request));
        if (!Body) throw new SystemError(`object "${key}" came without a body`);
        const bytes = await Body.transformToByteArray();
        const expected = Metadata?.[digestField];
        if (expected === undefined || expected === digestOf(bytes)) return bytes;
        throw new SystemError(`object "${key}" is corrupted: its bytes are not those that were put`);
      } catch (error) {
        if (isMissingObject(error)) throw objectMissing(key);
        // The SDK repeats requests that fail, but not a body that breaks off or arrives damaged.
        if (attempt >= attempts || !isBrokenBody(error)) throw s3Fault(error, this.#location, key);
      }
    }
  }

  async has(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return true;
    } catch (error) {
      if (isMissingObject(error)) return false;
      return this.#fail(error, key);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#at(key)));
    } catch (error) {
      if (!isMissingObject(error)) this.#fail(error, key);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '') checkObjectKey(folder.slice(0, -1));
    const root = this.#location.prefix === '' ? '' : `${this.#location.prefix}/`;
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#location.bucket, Prefix: `${root}${prefix}` },
    );
    try {
      for await (const page of pages) {
        // A key with a slash at its end is what other programs make to show an empty folder.
        for (const { Key } of page.Contents ?? [])
          if (Key !== undefined && !Key.endsWith('/')) yield Key.slice(root.length);
      }
    } catch (error) {
      this.#fail(error, prefix);
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    checkObjectKey(key);
    const { bucket, prefix } = this.#location;
    return { Bucket: bucket, Key: prefix === '' ? key : `${prefix}/${key}` };
  }

  #fail(error: unknown, key: string): never {
    throw s3Fault(error, this.#location, key);
  }
}

function isBrokenBody(error: unknown): boolean {
  if (error instanceof SystemError) return true;
  const { code, name } = error as { code?: unknown; name?: unknown };
  return code === 'ECONNRESET' || name === 'AbortError' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
