import { SqlApprovals } from '@visavox/adapters/sql/approvals';
import { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import type { Database } from '@visavox/adapters/sql/database';
import { SqlEnvironmentSettings } from '@visavox/adapters/sql/environment-settings';
import { SqlModelAliases } from '@visavox/adapters/sql/model-aliases';
import { SqlReleaseStore } from '@visavox/adapters/sql/release-store';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import { emptyTables, openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { SqlUsers } from '@visavox/adapters/sql/users';
import { Controller } from '@visavox/control/controller';
import { Controllers } from '@visavox/control/controllers';
import type { Analysis } from '@visavox/control/experiments/analysis';
import { MemoryControlState } from '@visavox/control/testing/memory-stores';
import { putBundle } from '@visavox/core/bundle';
import type { EnvironmentSettings, SettingsVersion } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import type { Experiment } from '@visavox/core/experiment';
import type { ModelVersion } from '@visavox/core/model';
import type { Role } from '@visavox/core/user';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { clientNetworks } from '../client-network.ts';
import { Metrics } from '../metrics.ts';
import { OperatorDoor } from '../operator-door.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { OrganisationDoor } from '../organisation-door.ts';
import { createPlatformApp } from '../platform-app.ts';
import type { ControllerPort } from '../resources.ts';
import { SharedToken } from '../shared-token.ts';
import { UserDoor } from '../user-door.ts';

export const sharedToken = 'the-token-that-operators-share-at-first';

const absent = (what: string) => (): Promise<never> =>
  Promise.reject(
    new UserError({ kind: 'not-found', code: 'absent', message: `no ${what} in this test`, action: 'None.' }),
  );

type Organisation = Pick<ConstructorParameters<typeof OrganisationDoor>[0], 'name' | 'provider' | 'roles'>;

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/**
 * The platform's API over a real database, with two versions of the model `iris` and its environments `test` and `production`,
 * of which the last one wants a second person. Runs, objects and tracking are not part of it.
 */
export class TestPlatform {
  readonly database: Database;
  readonly users: SqlUsers;
  readonly audit: SqlAuditLog;
  readonly approvals: SqlApprovals;
  readonly releases: SqlReleaseStore;
  readonly environmentSettings: SqlEnvironmentSettings;
  /** What is declared of `test` and `production`. */
  readonly #declared = new Map<string, SettingsVersion>();
  /** Secrets that are not there. */
  missingSecrets: readonly string[] = [];
  readonly app: ReturnType<typeof createPlatformApp>;
  /** Models and environments that are declared, to be changed under a running server. */
  readonly places: ControllerPort[];
  /** None, unless a test puts some in. */
  readonly experiments = {
    list: async (): Promise<readonly Experiment[]> => [],
    running: async (): Promise<readonly Experiment[]> => [],
    begin: absent('experiment'),
    find: absent('experiment'),
    analysis: absent('experiment') as (one: Experiment) => Promise<Analysis>,
    expose: absent('experiment'),
    record: absent('experiment'),
    stop: absent('experiment'),
  };
  readonly #bundles: readonly ModelVersion['bundle'][];
  #offset = 0;
  token = sharedToken;

  private constructor(
    database: Database,
    bundles: readonly ModelVersion['bundle'][],
    organisation?: Organisation | undefined,
  ) {
    this.database = database;
    this.#bundles = bundles;
    const now = () => new Date(Date.now() + this.#offset);
    const log = pino({ level: 'silent' });
    const { db } = database;
    this.users = new SqlUsers({ db, now });
    this.audit = new SqlAuditLog({ db, key: Buffer.alloc(32, 7), now });
    this.approvals = new SqlApprovals({ db, now });
    this.releases = new SqlReleaseStore(db, now);
    this.environmentSettings = new SqlEnvironmentSettings(db);
    const shared = new SharedToken({ db });
    const operatorToken = async () => this.token;
    const versions = bundles.map(
      (bundle, index): ModelVersion => ({
        ...{ name: 'iris', version: index + 1, bundle, run: null, metrics: { accuracy: 0.9 + index / 100 } },
        createdAt: '2026-01-01T00:00:00.000Z',
      }),
    );
    const registry = {
      list: async () => versions,
      names: async () => ['iris'],
      get: async (_name: string, number: number) => {
        const found = versions.find(({ version }) => version === number);
        return found ?? absent('such version')();
      },
      inspect: async () => ({ versions, differences: [], aliases: undefined }),
      register: absent('registering'),
      setAlias: async () => {},
    };
    const state = new MemoryControlState();
    let ids = 0;
    const declared = this.#declared;
    const controller = (environment: string, secondPerson: boolean) =>
      new Controller({
        get settings() {
          return declared.get(environment)?.digest;
        },
        ...{ model: 'iris', environment, setsAlias: false, retryAfterSeconds: 1, state, registry, now },
        ...{ counts: [], triggers: [], releases: this.releases },
        policy: { minimumUnits: 1, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
        subject: {
          countNew: async () => ({}),
          snapshot: absent('training'),
          request: absent('training'),
          result: async () => null,
        },
        engine: { submit: async ({ id }) => id, get: absent('run') },
        datasets: { latest: async () => undefined },
        target: { prepare: async () => {}, activate: async () => {}, retire: async () => {} },
        ...(secondPerson && {
          askApproval: async (release, wish) => void (await this.approvals.ask(release, wish)),
        }),
        newId: () => `iris-${environment}-${++ids}`,
        report: () => {},
      });
    const controllers = new Controllers<ControllerPort>([
      controller('test', false),
      controller('production', true),
    ]);
    this.places = controllers.all as ControllerPort[];
    const submitted = new Map<string, unknown>();
    this.app = createPlatformApp({
      ...{ log, now, title: 'test', secureCookies: false, allowedHosts: new Set(['localhost']) },
      ...{ users: this.users, audit: this.audit, approvals: this.approvals, releases: this.releases },
      ...{ registry, controllers, operatorToken, sharedToken: shared },
      userDoor: new UserDoor({ users: this.users, log, now }),
      organisation:
        organisation &&
        new OrganisationDoor({
          ...{ users: this.users, audit: this.audit, log, now, url: 'http://localhost' },
          ...{ cookieKey: 'a key of this test', ...organisation },
        }),
      operatorDoor: new OperatorDoor({ operatorToken, log, now, isOff: (token) => shared.isOff(token) }),
      operatorSessions: new OperatorSessions({ db, now }),
      networkOf: clientNetworks([]),
      runs: new SqlRunStore(db),
      engine: {
        submit: async (request) => {
          submitted.set(request.id, request);
          return request.id;
        },
        get: absent('run'),
        cancel: absent('run'),
        resume: absent('run'),
        logs: absent('run'),
      },
      curves: { latest: async () => undefined, history: async () => [] },
      datasets: {
        save: async () => {},
        get: absent('dataset'),
        latest: async () => undefined,
        list: async () => [],
      },
      profiles: { of: absent('dataset') },
      splits: { make: absent('dataset'), of: absent('dataset'), all: absent('dataset') } as never,
      deletions: { delete: absent('dataset'), list: async () => [] } as never,
      whileKept: (work) => work(),
      aboutDataset: () => ({}),
      validations: { of: absent('dataset'), validate: absent('dataset') } as never,
      rulesOf: async () => undefined,
      descriptions: { of: absent('model') },
      signed: {
        key: absent('model'),
        look: absent('model'),
        signature: absent('model'),
        verify: absent('model'),
      } as never,
      aliases: new SqlModelAliases(db),
      requests: { wants: () => false, record: () => {} },
      objects: new MemoryObjectStore(),
      steps: {
        grant: absent('step'),
        requireReadable: absent('step'),
        findLock: absent('step'),
        keepLock: absent('step'),
        keepEnvironment: absent('step'),
      } as never,
      environments: {
        current: (_model, environment) => declared.get(environment),
        versions: (model, environment) => this.environmentSettings.list(model, environment),
        versionOf: async ({ model, environment, settings }) =>
          (await this.environmentSettings.list(model, environment)).find(({ digest }) => digest === settings),
        missingSecrets: async ({ secrets = {} }) =>
          Object.values(secrets).filter((name) => this.missingSecrets.includes(name)),
        notHonoured: ({ resources }) =>
          resources?.memory === undefined ? [] : [{ setting: 'resources.memory', said: 'no limit' }],
      },
      served: { isServed: () => false, find: absent('served model') },
      sweeps: {
        create: absent('sweep'),
        list: async () => [],
        find: absent('sweep'),
        outcomes: async () => [],
        cancel: absent('sweep'),
        resume: absent('sweep'),
      },
      recurring: {
        list: async () => [],
        setPaused: absent('pipeline'),
        runNow: absent('pipeline'),
      },
      experiments: this.experiments,
      experimentPeople: async () => new Map(),
      leader: { here: true, url: async () => undefined },
      metrics: new Metrics(),
      lineage: { kinds: [], sources: [] },
      services: async () => [],
      facts: {
        project: { name: 'test', folder: '/', models: ['iris'], pages: false },
        ...{ engines: ['local'], settings: [], versions: [] },
      },
      ...{ webFolder: undefined, consoleFolder: undefined },
    });
  }

  static async open(): Promise<TestPlatform> {
    const objects = new MemoryObjectStore();
    const bundles = await Promise.all(
      [1, 2, 3].map((petals) =>
        putBundle(objects, {
          manifest: { format: 1, name: 'iris', files: [], parent: null, properties: { petals } },
          files: new Map(),
        }),
      ),
    );
    return new TestPlatform(await openTestDatabase(), bundles).#declareAll();
  }

  /** Another one, in whose database nothing is left of this one. */
  async anew(organisation?: Organisation): Promise<TestPlatform> {
    await emptyTables(this.database);
    return new TestPlatform(this.database, this.#bundles, organisation).#declareAll();
  }

  /** As a server that is started again with another declaration. */
  async declare(environment: string, settings: EnvironmentSettings): Promise<void> {
    const wish = { model: 'iris', environment, settings, by: 'ada' };
    this.#declared.set(environment, await this.environmentSettings.record(wish));
  }

  async #declareAll(): Promise<this> {
    await this.declare('test', { policies: {} });
    await this.declare('production', { policies: { after: 'test', approval: 'second-person' } });
    return this;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  advance(seconds: number): void {
    this.#offset += seconds * 1000;
  }

  /** A user with a token that they made themselves, as far as others know. */
  async user(name: string, role: Role): Promise<string> {
    await this.users.add({ name, role, password: null, by: 'operator token' });
    return (await this.users.createToken({ user: name, name: 'test', days: 90, by: name })).secret;
  }

  async ask(
    who: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const answer = await this.app.request(path, {
      method,
      headers: {
        ...(who !== undefined && { authorization: `Bearer ${who}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: /\bjson$/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : { text },
    };
  }

  /** With what a browser has of it afterwards. */
  async signIn(body: object, cookie?: string): Promise<Answered & { cookie: string }> {
    const answered = await this.ask(undefined, 'POST', '/api/v1/operator/session', body, {
      ...(cookie !== undefined && { cookie }),
    });
    const [given = ''] = answered.headers.getSetCookie();
    return { ...answered, cookie: given.split(';')[0] ?? '' };
  }
}
