import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Digest } from '@visavox/core/digest';
import { messageOf } from '@visavox/core/errors';
import { type Serving, serve } from '@visavox/serving/serve';
import { z } from 'zod';

const Created = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    predictor: z.object({
      model: z.object({
        storageUri: z.string(),
        env: z.array(
          z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }),
        ),
      }),
    }),
  }),
});

interface Service {
  readonly object: z.infer<typeof Created>;
  serving?: Serving;
  /** What its server said before it ended. */
  refusal?: string;
}

/**
 * As much of Kubernetes' API as a model host asks for; each InferenceService is a real model server, in this process.
 * `e2e/cluster` runs the same contract against the real KServe.
 */
export class FakeKserve {
  readonly #services = new Map<string, Service>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request)
      .catch((error: unknown) => status(500, messageOf(error)))
      .then(({ code, body }) => {
        response.writeHead(code, {
          'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
        });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
  });
  readonly #models: string;
  /** What a server would be refused for, whatever it is asked to load: no image, no node. */
  trouble: string | undefined;
  mayReadSecrets = true;
  /** What Secrets there are, with the values as Kubernetes writes them. */
  readonly secrets = new Map<string, Readonly<Record<string, string>>>();
  /** How many pods answer for each model. */
  servers = 1;

  private constructor(models: string) {
    this.#models = models;
  }

  /** `models`: the folder that stands for the bucket of `storageUri`. */
  static async start(models: string): Promise<FakeKserve> {
    const fake = new FakeKserve(models);
    await new Promise<void>((done) => fake.#server.listen(0, '127.0.0.1', done));
    return fake;
  }

  get config(): KubeConfig {
    const config = new KubeConfig();
    const { port } = this.#server.address() as AddressInfo;
    config.loadFromClusterAndUser(
      { name: 'fake', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'test' },
    );
    return config;
  }

  addressOf(name: string): string {
    return `http://127.0.0.1:${this.#services.get(name)?.serving?.httpPort ?? 9}`;
  }

  async stop(): Promise<void> {
    const services = [...this.#services.values()];
    this.#services.clear();
    await Promise.all(services.map(({ serving }) => serving?.stop()));
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage): Promise<{ code: number; body: unknown }> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    const selector = searchParams.get('labelSelector') ?? '';
    if (/\/pods\/[^/]+\/log$/.test(pathname)) {
      const refusal = this.#services.get(pathname.split('/').at(-2)?.replace(/-pod$/, '') ?? '')?.refusal;
      return refusal
        ? { code: 200, body: `${JSON.stringify({ level: 'error', message: refusal })}\n` }
        : status(400, 'no log');
    }
    const [, secret] = /\/secrets\/([^/]+)$/.exec(pathname) ?? [];
    if (secret !== undefined && !this.mayReadSecrets) return status(403, 'secrets is forbidden');
    if (secret !== undefined) {
      const data = this.secrets.get(secret);
      return data
        ? { code: 200, body: { kind: 'Secret', data } }
        : status(404, `secrets "${secret}" not found`);
    }
    if (pathname.endsWith('/pods'))
      return { code: 200, body: { items: this.#pods(selector.split('=')[1] ?? '') } };
    const [, name] = /\/inferenceservices(?:\/([^/]+))?$/.exec(pathname) ?? [];
    switch (request.method) {
      case 'POST':
        return this.#create(Created.parse(JSON.parse(await text(request))));
      case 'DELETE':
        return this.#delete(name ?? '');
      default: {
        if (name === undefined) return { code: 200, body: { items: this.#selected(selector) } };
        const service = this.#services.get(name);
        return service
          ? { code: 200, body: described(service) }
          : status(404, `inferenceservices "${name}" not found`);
      }
    }
  }

  #create(object: z.infer<typeof Created>): { code: number; body: unknown } {
    const { name } = object.metadata;
    if (this.#services.has(name)) return status(409, `inferenceservices "${name}" already exists`);
    const service: Service = { object };
    this.#services.set(name, service);
    if (this.trouble === undefined) void this.#bringUp(service);
    return { code: 201, body: described(service) };
  }

  async #bringUp(service: Service): Promise<void> {
    const { storageUri, env } = service.object.spec.predictor.model;
    try {
      service.serving = await serve({
        folder: join(this.#models, storageUri.split('/').at(-1) ?? ''),
        expected: Digest.parse(env.find(({ name }) => name === 'VISAVOX_EXPECT')?.value),
        only: env.find(({ name }) => name === 'VISAVOX_ONLY')?.value?.split(','),
        host: '127.0.0.1',
        httpPort: 0,
        grpcPort: null,
        threads: 1,
        maxRequestBytes: 1 << 20,
        log: () => {},
        onLost: () => {},
      });
    } catch (error) {
      service.refusal = messageOf(error);
    }
  }

  async #delete(name: string): Promise<{ code: number; body: unknown }> {
    const service = this.#services.get(name);
    if (!service) return status(404, `inferenceservices "${name}" not found`);
    this.#services.delete(name);
    await service.serving?.stop();
    return { code: 200, body: { kind: 'Status', status: 'Success' } };
  }

  #selected(selector: string): unknown[] {
    const wanted = selector.split(',').map((term) => term.split('='));
    return [...this.#services.values()]
      .filter(({ object }) => wanted.every(([key, value]) => object.metadata.labels[key ?? ''] === value))
      .map(described);
  }

  #pods(name: string): unknown[] {
    const service = this.#services.get(name);
    if (!service) return [];
    const waiting = this.trouble
      ? { reason: 'ErrImagePull', message: this.trouble }
      : service.refusal
        ? { reason: 'CrashLoopBackOff' }
        : undefined;
    const container = { name: 'kserve-container', restartCount: 3, state: waiting ? { waiting } : {} };
    const conditions = [{ type: 'Ready', status: service.serving ? 'True' : 'False' }];
    const pod = { metadata: { name: `${name}-pod` }, status: { containerStatuses: [container], conditions } };
    return Array(service.serving ? this.servers : 1).fill(pod);
  }
}

function described({ object, serving }: Service) {
  return { ...object, status: { conditions: [{ type: 'Ready', status: serving ? 'True' : 'False' }] } };
}

function status(code: number, message: string): { code: number; body: unknown } {
  return { code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message } };
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}
