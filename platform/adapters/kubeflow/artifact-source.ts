import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { UserError } from '@visavox/core/errors';
import type { ArtifactFile } from '@visavox/pipelines/artifacts';
import { unreachable } from './faults.ts';

export interface ArtifactLocation {
  /** An S3 server that is not AWS, such as `http://minio-service.kubeflow:9000`. Credentials come from the usual AWS variables. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** Reads what tasks left in Kubeflow's bucket. */
export class ArtifactSource {
  readonly #endpoint: string;
  readonly #s3: S3Client;

  constructor({ endpoint, region }: ArtifactLocation) {
    this.#endpoint = endpoint ?? 'AWS';
    this.#s3 = new S3Client({
      region: region ?? process.env.AWS_REGION ?? 'us-east-1',
      ...(endpoint && { endpoint, forcePathStyle: true }),
      responseChecksumValidation: 'WHEN_REQUIRED', // Kubeflow's launcher writes none
    });
  }

  /** The file at an address, the files below it, or nothing: a task need not write an artifact's file. */
  async *read(uri: string): AsyncIterable<ArtifactFile> {
    const { bucket, key } = placeOf(uri);
    const file = await this.#get(bucket, key);
    if (file) {
      yield { path: '', content: file };
      return;
    }
    let token: string | undefined;
    do {
      const page = await this.#reach(() =>
        this.#s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: `${key}/`, ContinuationToken: token }),
        ),
      );
      for (const { Key } of page.Contents ?? []) {
        const content = Key && !Key.endsWith('/') ? await this.#get(bucket, Key) : undefined;
        if (Key && content) yield { path: Key.slice(key.length + 1), content };
      }
      token = page.NextContinuationToken;
    } while (token);
  }

  close(): void {
    this.#s3.destroy();
  }

  async #get(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.#reach(async () => {
      try {
        const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body instanceof Readable ? this.#stream(Body) : undefined;
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async *#stream(body: Readable): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): unknown {
    return unreachable("the object store of Kubeflow's artifacts", this.#endpoint, error);
  }

  async #reach<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }
}

function placeOf(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^(?:s3|minio):\/\/([^/]+)\/([^?]+)/.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key: key.replace(/\/+$/, '') };
  throw new UserError({
    kind: 'invalid',
    code: 'artifact_unreadable',
    message: `An artifact lies at ${uri}, which is no address in an S3 bucket.`,
    action: "Give Kubeflow's pipeline root as s3://bucket/path.",
  });
}
