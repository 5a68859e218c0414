import { randomInt } from 'node:crypto';
import type { Database } from '@visavox/adapters/sql/database';
import { SqlDatasetStore } from '@visavox/adapters/sql/dataset-store';
import { SqlExperimentStore } from '@visavox/adapters/sql/experiment-store';
import { SqlReleaseStore } from '@visavox/adapters/sql/release-store';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelHost } from '@visavox/core/ports';
import { FeatureCache } from '@visavox/recognition/feature-cache';
import { Champion } from './champion.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import { EnrolmentChallenges } from './enrolment/enrolment-challenges.ts';
import { SampleFeatures } from './enrolment/features.ts';
import { type EnrolmentPolicy, Invitations } from './enrolment/invitations.ts';
import { NewcomerSearch } from './enrolment/newcomer-search.ts';
import { People } from './enrolment/people.ts';
import { Reviews } from './enrolment/reviews.ts';
import { Templates } from './enrolment/templates.ts';
import { Verification } from './enrolment/verification.ts';
import { Overview } from './overview.ts';
import { type LoadRecogniser, RecogniserPool } from './recogniser-pool.ts';
import { environment, modelName } from './resources.ts';
import { Recordings } from './retention/recordings.ts';
import { TrainingData } from './retention/training-data.ts';
import { Sealer } from './sealing.ts';
import { ShadowOutcomes } from './shadow/shadow-outcomes.ts';
import { ShadowTest } from './shadow/shadow-test.ts';
import { AttemptRecords } from './sign-in/attempt-record.ts';
import { Attempts } from './sign-in/attempts.ts';
import { Challenges } from './sign-in/challenges.ts';
import { claimedName, hashOfName } from './sign-in/claimed-name.ts';
import { EarlierTries } from './sign-in/earlier-tries.ts';
import { SignInLimits } from './sign-in/limits.ts';
import { LivenessChecks, type LivenessPolicy } from './sign-in/liveness.ts';
import { SignIn } from './sign-in/sign-in.ts';
import type { OwnTables } from './tables.ts';
import { composeWaysIn } from './ways-in/compose.ts';
import type { SignInPolicy } from './ways-in/policy.ts';

/** What the services stand on. */
export interface Foundations {
  readonly database: Database;
  readonly objects: ObjectStore;
  /** Seals what is encrypted inside the database. */
  readonly secret: Uint8Array;
  /** Where the networks of releases answer. */
  readonly host: ModelHost;
  readonly loadRecogniser: LoadRecogniser;
  readonly attempts: { readonly failures: number; readonly retentionHours: number };
  readonly liveness: LivenessPolicy;
  readonly signInPolicy: SignInPolicy;
  readonly enrolment: EnrolmentPolicy;
  readonly now: () => Date;
  /** Told what happened that nobody is told otherwise: for the log. */
  readonly report?: (event: string, details: Record<string, unknown>) => void;
  /** A random number from 0 up to the limit, which is left out; what challenges ask for. */
  readonly below?: (limit: number) => number;
}

export type Services = ReturnType<typeof composeServices>;

/** The services over a database that is up to date; nothing is started here. */
export function composeServices(foundations: Foundations) {
  const { database, objects, now, below = randomInt } = foundations;
  const db = database.db.withTables<OwnTables>();
  const releases = new SqlReleaseStore(database.db);
  const runs = new SqlRunStore(database.db);
  const datasets = new SqlDatasetStore(database.db, objects);
  const cache = new FeatureCache(objects);
  const recordings = new Recordings({ db, objects, cache });
  const features = new SampleFeatures({ cache, recordings });
  const sealer = new Sealer(foundations.secret);
  const templates = new Templates({ db, sealer, features });
  const { host, loadRecogniser: load } = foundations;
  const pool = new RecogniserPool({ objects, host, load });
  const champion = new Champion({ environment, model: modelName, releases, pool, templates, host });
  const liveness = new LivenessChecks({ db, sealer, policy: foundations.liveness, now });
  const search = new NewcomerSearch({ db, templates });
  const tries = new EarlierTries({ db, sealer, now });
  const people = new People({
    ...{ db, recordings, search },
    forgetTries: (trx, nameKey) => tries.forget(trx, hashOfName(nameKey, sealer)),
  });
  const enrolmentChallenges = new EnrolmentChallenges({ db, now, below });
  const invitations = new Invitations({ db, now });
  const enrolment = new Enrolment({
    ...{ db, champion, people, recordings, features, templates, liveness, invitations, search, now },
    challenges: enrolmentChallenges,
    policy: foundations.enrolment,
  });
  const reviews = new Reviews({ db, people, search });
  const verification = new Verification({
    ...{ db, champion, people, templates, liveness, now },
    challenges: enrolmentChallenges,
  });
  const challenges = new Challenges({ db, now, below });
  const { failures, retentionHours } = foundations.attempts;
  const limits = new SignInLimits({ db, now, failures });
  const records = new AttemptRecords({ recordings, challenges, sealer, retentionHours });
  const waysIn = composeWaysIn({
    ...{ db, sealer, recordings, now },
    policy: foundations.signInPolicy,
    mayJoin: (trx, newcomer) => enrolment.admitMember(trx, newcomer),
    search,
    lift: ({ name }) => limits.lift(claimedName(name, sealer).hash),
  });
  const { devices } = waysIn;
  const shadow = new ShadowTest({
    ...{ db, releases, pool, templates, place: { model: modelName, environment } },
    experiments: new SqlExperimentStore(database.db),
    ...(foundations.report && { report: foundations.report }),
  });
  const shadowOutcomes = new ShadowOutcomes({ db, sealer, now });
  const signIn = new SignIn({
    ...{ people, champion, challenges, records, shadow },
    ...{ templates, liveness, sealer, limits, devices, tries },
  });
  const attempts = new Attempts({ db, recordings, now });
  const overview = new Overview({ db });
  const trainingData = new TrainingData({ db, datasets });
  return {
    ...{ db, now, sealer, objects, releases, runs, datasets, recordings, templates, pool, champion },
    ...{ enrolment, enrolmentChallenges, invitations, reviews, search, verification },
    ...{ people, challenges, limits, tries, signIn, attempts, waysIn, overview },
    ...{ trainingData, shadow, shadowOutcomes },
    livenessPolicy: foundations.liveness,
  };
}
