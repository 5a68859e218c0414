import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StepGrants } from '@visavox/adapters/kubeflow/step/step-grants';
import { StepTokens } from '@visavox/adapters/kubeflow/step/step-tokens';
import { ModelDescriptions } from '@visavox/adapters/models/model-descriptions';
import { SignedBundles } from '@visavox/adapters/models/signed-bundles';
import { SigningKey } from '@visavox/adapters/models/signing-key';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { SqlApprovals } from '@visavox/adapters/sql/approvals';
import { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { SqlBundleFacts } from '@visavox/adapters/sql/bundle-facts';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { migrate } from '@visavox/adapters/sql/migrate';
import { SqlModelAliases } from '@visavox/adapters/sql/model-aliases';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlProfileIndex } from '@visavox/adapters/sql/profile-index';
import { openTestDatabase } from '@visavox/adapters/sql/test-databases';
import { SqlUsers } from '@visavox/adapters/sql/users';
import { KeptDatasetProfiles } from '@visavox/adapters/tables/dataset-profiles';
import { TableProfiler } from '@visavox/adapters/tables/table-profiler';
import { clientNetworks } from '@visavox/api/client-network';
import { Metrics } from '@visavox/api/metrics';
import { OperatorDoor } from '@visavox/api/operator-door';
import { OperatorSessions } from '@visavox/api/operator-sessions';
import type { ControllerPort } from '@visavox/api/resources';
import { SharedToken } from '@visavox/api/shared-token';
import { UserDoor } from '@visavox/api/user-door';
import type { ControlState } from '@visavox/control/controller-resources';
import { Controllers } from '@visavox/control/controllers';
import type { BundleFiles } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import type { LineageSource } from '@visavox/core/lineage';
import { orderKinds } from '@visavox/core/lineage-kinds';
import type { PipelineEngine } from '@visavox/core/ports';
import { Recogniser } from '@visavox/recognition/recogniser';
import { Random } from '@visavox/recognition/synthetic/random';
import { InProcessModelHost } from '@visavox/serving/host/in-process-model-host';
import { sql } from 'kysely';
import { pino } from 'pino';
import { composeServices, type Services } from '../compose.ts';
import type { EnrolmentPolicy } from '../enrolment/invitations.ts';
import { ensureFirstRelease } from '../first-release.ts';
import { type App, createApp } from '../http/app.ts';
import { Places } from '../http/places.ts';
import { ApplicationLineage } from '../lineage.ts';
import { applicationKinds } from '../lineage-kinds.ts';
import { applicationMigrations } from '../migrations.ts';
import { type ApiResources, environment, modelName } from '../resources.ts';
import type { LivenessPolicy } from '../sign-in/liveness.ts';
import type { SignInPolicy } from '../ways-in/policy.ts';
import { type RelyingParty, relyingPartyAt } from '../ways-in/relying-party.ts';
import { testBundle } from './test-bundle.ts';

export const operatorToken = 'the-token-of-the-operator-in-these-tests';

export interface TestServer {
  readonly app: App;
  readonly services: Services;
  readonly lineage: readonly LineageSource[];
  readonly logged: string[];
  /** What a controller remembers, in the database. */
  readonly controlState: ControlState;
  /** As when the secret is replaced under a running server. */
  rotateOperatorToken(next: string): void;
  /** Moves the server's clock. */
  advance(seconds: number): void;
  /** As an operator. */
  get(path: string): Promise<Response>;
  /** How many rows each table has and how many objects there are. */
  census(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

const noSweeps = () => Promise.reject(new Error('nothing is searched for here'));
const absentSweeps: ApiResources['sweeps'] = {
  list: async () => [],
  outcomes: async () => [],
  ...{ create: noSweeps, find: noSweeps, cancel: noSweeps, resume: noSweeps },
};

const absentRecurring: ApiResources['recurring'] = {
  list: async () => [],
  ...{ runNow: absent, setPaused: absent },
};

const absentExperiments: ApiResources['experiments'] = {
  list: async () => [],
  running: async () => [],
  ...{ begin: absent, find: absent, analysis: absent, expose: absent, record: absent, stop: absent },
};

/** The real thing on an embedded database, a folder of objects and the published networks, without a socket. */
export async function startTestServer({
  liveness = 'required',
  signInPolicy = 'face-and-voice',
  enrolment = 'open',
  published = testBundle,
  ...overrides
}: Partial<Omit<ApiResources, 'enrolment'>> & {
  liveness?: LivenessPolicy;
  signInPolicy?: SignInPolicy;
  enrolment?: EnrolmentPolicy;
  published?: () => Promise<BundleFiles>;
} = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-server-'));
  const database = await openTestDatabase();
  await migrate(database.db, [platformMigrations, applicationMigrations]);
  const objects = await openOrCreateObjectStore({
    url: pathToFileURL(join(folder, 'objects')).href,
    key: { file: join(folder, 'secrets', 'objects.key') },
  });
  let offset = 0;
  const drawn = new Random('challenges', 1);
  const now = () => new Date(Date.now() + offset);
  const services = composeServices({
    database,
    objects,
    secret: Buffer.alloc(32, 7),
    host: new InProcessModelHost({ objects }),
    loadRecogniser: ({ manifest, files }, served) => Recogniser.load(manifest, files, served),
    ...{ liveness, signInPolicy, enrolment },
    attempts: { failures: 5, retentionHours: 24 },
    now,
    // Now and then a rendered mouth is misread: the same digits in every run, so that a test says the same each time.
    below: (limit) => drawn.below(limit),
  });
  await ensureFirstRelease({ objects, releases: services.releases, published: () => published(), now });
  await services.champion.follow();
  const lineage = [new PlatformLineage(database.db), new ApplicationLineage(services.db)];
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });
  let token = operatorToken;
  const theToken = async () => token;
  const { operatorRefused } = services.waysIn;
  const facts = new SqlBundleFacts(database.db);
  const users = new SqlUsers({ db: database.db, now });
  const app = createApp({
    ...services,
    log,
    allowedHosts: new Set(['localhost']),
    publicUrl: undefined,
    places: new Places({ atOnce: 3 }),
    networkOf: clientNetworks([]),
    secureCookies: false,
    operatorToken: theToken,
    operatorDoor: new OperatorDoor({ operatorToken: theToken, log, now, refused: operatorRefused }),
    operatorSessions: new OperatorSessions({ db: database.db, now }),
    ...{ users, sharedToken: new SharedToken(database), userDoor: new UserDoor({ users, log, now }) },
    audit: new SqlAuditLog({ db: database.db, key: Buffer.alloc(32, 7), now }),
    approvals: new SqlApprovals({ db: database.db, now }),
    relyingParty: relyingPartyAt('http://localhost:4600'),
    webFolder: join(folder, 'web'),
    engine: absentEngine,
    profiles: new KeptDatasetProfiles({
      ...{ objects, datasets: services.datasets, index: new SqlProfileIndex(database.db) },
      tables: new TableProfiler({ objects }),
    }),
    validations: {
      validate: () => Promise.reject(new Error('there are no rules here')),
      list: async () => [],
    },
    rulesOf: async () => undefined,
    deletions: {
      delete: () => Promise.reject(new Error('nothing is deleted here')),
      list: async () => [],
      finish: async () => {},
    },
    whileKept: (work) => work(),
    aboutDataset: () => ({}),
    splits: { create: () => Promise.reject(new Error('nothing is split here')), list: async () => [] },
    curves: { latest: async () => undefined, history: async () => [] },
    steps: new StepGrants({ ...services, tokens: new StepTokens(Buffer.alloc(32, 7)) }),
    leader: { here: true, url: async () => undefined },
    metrics: new Metrics(),
    registry: {
      list: async () => [],
      names: async () => [],
      inspect: async () => ({ versions: [], differences: [], aliases: undefined }),
      register: () => Promise.reject(new Error('nothing is registered here')),
      setAlias: () => Promise.reject(new Error('nothing is registered here')),
    },
    descriptions: new ModelDescriptions({ objects, facts }),
    signed: new SignedBundles({ objects, facts, key: new SigningKey(Buffer.alloc(32, 7)) }),
    aliases: new SqlModelAliases(database.db),
    requests: { wants: () => false, record: () => {} },
    environments: {
      current: () => undefined,
      versions: async () => [],
      versionOf: async () => undefined,
      missingSecrets: async () => [],
      notHonoured: () => [],
    },
    served: { isServed: () => false, find: () => Promise.reject(new Error('nothing is served here')) },
    sweeps: absentSweeps,
    recurring: absentRecurring,
    experiments: absentExperiments,
    experimentPeople: async () => new Map(),
    controllers: new Controllers([idleController(services)]),
    lineage: { kinds: orderKinds(applicationKinds), sources: lineage },
    figures: () => services.overview.counts(),
    released: () => services.champion.follow(),
    facts: {
      project: { name: 'sign-in', folder, models: [modelName], pages: false },
      ...{ engines: ['local'], settings: [], versions: [] },
    },
    services: async () => [{ name: 'database', healthy: true, url: null, reason: 'in a test' }],
    ...overrides,
  });
  return {
    app,
    services,
    lineage,
    logged,
    controlState: new SqlControlState(database.db),
    rotateOperatorToken: (next) => {
      token = next;
    },
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    get: async (path) => app.request(path, { headers: { authorization: `Bearer ${operatorToken}` } }),
    census: () => census(services),
    close: async () => {
      await services.champion.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** For servers whose port is known once they listen, under the name of this machine. */
export function relyingPartyLater(url: () => string): RelyingParty {
  return {
    id: 'localhost',
    get origin() {
      return url();
    },
  };
}

async function census({ db, objects }: Services): Promise<Record<string, number>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db);
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{
      count: number;
    }>`select count(*)::int as count from ${sql.table(name)}`.execute(db);
    counts[name] = rows[0]?.count ?? 0;
  }
  counts.objects = 0;
  for await (const _ of objects.list('')) counts.objects++;
  return counts;
}

/** Counts, and begins nothing. */
function idleController({ trainingData }: Services): ControllerPort {
  return {
    ...{ model: modelName, environment, needsApproval: false },
    ...{
      tick: absent,
      retrainNow: absent,
      judgeCandidate: absent,
      rollback: absent,
      propose: absent,
      promote: absent,
    },
    setPaused: absent,
    progress: async () => ({
      counts: await trainingData.countNew(null),
      thresholds: { people: 5, samples: 50 },
      triggers: ['thresholds'],
      training: null,
      lastFailure: null,
      paused: false,
    }),
  };
}

/** What these tests do not reach. */
async function absent(): Promise<never> {
  throw new SystemError('not part of this test');
}
const absentEngine: PipelineEngine = {
  submit: absent,
  get: absent,
  cancel: absent,
  resume: absent,
  logs: absent,
};
