import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
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
import type { Content, ObjectStore } from '@visavox/core/object-store';
import { checkObjectKey, objectMissing } from './object-key.ts';
import { isFinishedUpload, isMissingObject, s3Fault } from './s3-faults.ts';
import type { S3Location } from './s3-settings.ts';

/** Larger objects go in parts of this size; S3 allows 10,000 parts. */
export const partBytes = 16 << 20;
const partsAtOnce = 3;
const attempts = 4;
/** User metadata, which every S3 server keeps, whatever checksum algorithms it knows. */
const digestField = 'visavox-digest';
/** Which put an object is of, where its digest is known only when its bytes have gone. */
const putField = 'visavox-put';

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
  static async open(location: S3Location, answerWithinMs = 10_000): Promise<S3ObjectStore> {
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
        socketTimeout: answerWithinMs,
        requestTimeout: answerWithinMs * 3,
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

  async put(key: string, content: Content): Promise<void> {
    const request = this.#at(key);
    const id = randomUUID();
    const whole = content instanceof Uint8Array;
    const upload = new Upload({
      client: this.#client,
      params: {
        ...request,
        Body: whole ? content : Readable.from(content),
        ChecksumAlgorithm: 'SHA256',
        Metadata: { [putField]: id, ...(whole && { [digestField]: digestOf(content) }) },
      },
      partSize: partBytes,
      queueSize: partsAtOnce,
    });
    try {
      await upload.done();
    } catch (error) {
      // The answer to the last call was lost, and its repetition finds the parts already joined.
      if (isFinishedUpload(error) && (await this.#metadataOf(key))?.[putField] === id) return;
      this.#fail(error, key);
    }
  }

  async get(key: string): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      const { body, digest } = await this.#answer(key);
      try {
        const bytes = await body.transformToByteArray();
        if (digest === undefined || digest === digestOf(bytes)) return bytes;
        throw otherBytes(key);
      } catch (error) {
        // The SDK repeats requests that fail, but not a body that breaks off or arrives damaged.
        if (attempt >= attempts) this.#fail(error, key);
      }
    }
  }

  /** A body that breaks off is taken up where it did, of the same object or not at all. */
  async *read(key: string): AsyncGenerator<Uint8Array, void> {
    const hash = createHash('sha256');
    let { body, digest, etag, length } = await this.#answer(key);
    let done = 0;
    for (let failures = 0; ; ) {
      try {
        for await (const chunk of body) {
          hash.update(chunk);
          done += chunk.length;
          failures = 0;
          yield chunk;
        }
        break;
      } catch (error) {
        if (done === length) break;
        if (++failures >= attempts) this.#fail(error, key);
        ({ body } = await this.#answer(key, { from: done, etag }));
      }
    }
    if (digest !== undefined && digest !== `sha256:${hash.digest('hex')}`) throw otherBytes(key);
  }

  async #answer(key: string, rest?: { readonly from: number; readonly etag: string | undefined }) {
    const again = rest && { Range: `bytes=${rest.from}-`, IfMatch: rest.etag };
    try {
      const { Body, Metadata, ETag, ContentLength } = await this.#client.send(
        new GetObjectCommand({ ...this.#at(key), ...again }),
      );
      if (!(Body instanceof Readable)) throw new SystemError(`object "${key}" came without a body`);
      return { body: Body, digest: Metadata?.[digestField], etag: ETag, length: ContentLength };
    } catch (error) {
      if (isMissingObject(error)) throw objectMissing(key);
      return this.#fail(error, key);
    }
  }

  async has(key: string): Promise<boolean> {
    return (await this.#metadataOf(key)) !== undefined;
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

  /** Empty for an object that another program put; undefined where there is none. */
  async #metadataOf(key: string): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const { Metadata } = await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return Metadata ?? {};
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      return this.#fail(error, key);
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

function otherBytes(key: string): SystemError {
  return new SystemError(`object "${key}" is corrupted: its bytes are not those that were put`);
}
