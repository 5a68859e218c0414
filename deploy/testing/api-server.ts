import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { type KubernetesObject, tools } from './helm.ts';

/** Of the resources that are not Kubernetes' own. */
const definitions = ['kserve-crds', 'trainer-crds'];
export const hasApiServer =
  existsSync(join(tools, 'kube-apiserver')) &&
  definitions.every((folder) => existsSync(join(tools, folder))) &&
  spawnSync('etcd', ['--version']).status === 0;

const Resources = z.object({ resources: z.array(z.looseObject({ name: z.string(), kind: z.string() })) });

interface Answer {
  readonly status: number;
  readonly body: string;
  /** What Kubernetes warns of: fields it does not know, security that it would not allow. */
  readonly warnings: readonly string[];
}

/** Kubernetes' real API server over a real etcd, with the resources of KServe and Kubeflow Trainer; nothing runs on it. */
export class ApiServer {
  readonly #folder: string;
  readonly #port: number;
  readonly #token: string;
  readonly #programs: ChildProcess[] = [];
  readonly #plurals = new Map<string, Promise<Map<string, string>>>();

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#token = randomBytes(16).toString('hex');
  }

  static async start(): Promise<ApiServer> {
    const folder = await mkdtemp(join(tmpdir(), 'visavox-api-server-'));
    const server = new ApiServer(folder, await freePort());
    try {
      await server.#start();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const [etcd, peers] = [await freePort(), await freePort()];
    const path = (name: string) => join(this.#folder, name);
    await mkdir(path('etcd'), { mode: 0o700 });
    await writeFile(path('tokens.csv'), `${this.#token},admin,1,system:masters\n`, { mode: 0o600 });
    const key = spawnSync('openssl', ['genrsa', '-out', path('accounts.key'), '2048']);
    if (key.status !== 0) throw new Error('openssl made no key');
    this.#run('etcd', [
      ...['--data-dir', path('etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
      ...['--listen-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--advertise-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--listen-peer-urls', `http://127.0.0.1:${peers}`],
    ]);
    this.#run(join(tools, 'kube-apiserver'), [
      ...[`--etcd-servers=http://127.0.0.1:${etcd}`, '--bind-address=127.0.0.1'],
      ...[`--secure-port=${this.#port}`, `--cert-dir=${path('certificates')}`],
      ...[`--token-auth-file=${path('tokens.csv')}`, '--authorization-mode=RBAC'],
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${path('accounts.key')}`,
      `--service-account-signing-key-file=${path('accounts.key')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      // Debian's etcd is too old for it.
      '--feature-gates=WatchList=false',
      // Nobody makes the accounts that it waits for.
      '--disable-admission-plugins=ServiceAccount',
    ]);
    await this.#until('/readyz', ({ status }) => status === 200);
    for (const folder of definitions)
      for (const file of await readdir(join(tools, folder))) {
        const definition = parse(await readFile(join(tools, folder, file), 'utf8')) as KubernetesObject;
        const { status, body } = await this.apply(definition, { dryRun: false });
        if (status >= 300) throw new Error(body);
      }
    await this.#until('/apis/serving.kserve.io/v1alpha1', ({ body }) => body.includes('servingruntimes'));
    await this.#until('/apis/serving.kserve.io/v1beta1', ({ body }) => body.includes('inferenceservices'));
    await this.#until('/apis/trainer.kubeflow.org/v1alpha1', ({ body }) => body.includes('trainjobs'));
  }

  #run(program: string, args: readonly string[]): void {
    const child = spawn(program, args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-4000);
    });
    this.#programs.push(child);
  }

  #log = '';

  async #until(path: string, holds: (answer: Answer) => boolean): Promise<void> {
    let last: Answer | undefined;
    for (let attempt = 0; attempt < 300; attempt++) {
      const answer = await this.#ask('GET', path).catch(() => undefined);
      if (answer && holds(answer)) return;
      last = answer;
      if (this.#programs.some(({ exitCode }) => exitCode !== null)) break;
      await pause(200);
    }
    throw new Error(`${path} is not there: ${last?.status} ${last?.body.slice(0, 300)}\n${this.#log}`);
  }

  /** Server-side apply, with unknown fields refused. A dry run changes nothing. */
  async apply(object: KubernetesObject, { dryRun = true } = {}): Promise<Answer> {
    const { apiVersion, kind, metadata } = object;
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = await this.#resource(base, kind);
    const place = resource.namespaced ? `/namespaces/${metadata.namespace}` : '';
    const query = `fieldManager=test&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.#ask('PATCH', `${base}${place}/${resource.plural}/${metadata.name}?${query}`, object);
  }

  async #resource(base: string, kind: string): Promise<{ plural: string; namespaced: boolean }> {
    const known = this.#plurals.get(base) ?? this.#resources(base);
    this.#plurals.set(base, known);
    const found = (await known).get(kind);
    if (found === undefined) throw new Error(`${base} has no ${kind}`);
    const [plural = '', namespaced] = found.split(' ');
    return { plural, namespaced: namespaced === 'true' };
  }

  async #resources(base: string): Promise<Map<string, string>> {
    // A group is there a moment after the server says that it is ready.
    await this.#until(base, ({ status }) => status === 200);
    const { resources } = Resources.parse(JSON.parse((await this.#ask('GET', base)).body));
    return new Map(
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ kind, name, namespaced }) => [kind, `${name} ${namespaced}`]),
    );
  }

  #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((done, fail) => {
      const outgoing = request(
        {
          ...{ host: '127.0.0.1', port: this.#port, method, path },
          // It signs its own certificate at each start.
          rejectUnauthorized: false,
          headers: {
            authorization: `Bearer ${this.#token}`,
            // A question that has one is refused.
            ...(body !== undefined && { 'content-type': 'application/apply-patch+yaml' }),
          },
        },
        async (incoming) => {
          const parts: Buffer[] = [];
          for await (const part of incoming) parts.push(part as Buffer);
          const warnings = [incoming.headers.warning ?? []]
            .flat()
            .flatMap((text) => text.split(/, (?=299 )/));
          done({ status: incoming.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8'), warnings });
        },
      );
      outgoing.on('error', fail);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#programs.reverse().map(async (child) => {
        if (child.exitCode !== null || child.pid === undefined) return;
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        await gone;
      }),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
