import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { OperatorDoor } from '@visavox/api/operator-door';
import { messageOf, SystemError } from '@visavox/core/errors';
import type { Application, Beside, OpenApplication } from '@visavox/host/application';
import { requireSameSecret } from '@visavox/host/one-secret';
import type { Afterwards, Platform } from '@visavox/host/platform';
import { ensureSecret } from '@visavox/host/secrets';
import type { Environment, PlatformSettings } from '@visavox/host/settings';
import { publishedBundle } from '@visavox/recognition/bundle';
import { DecoderPool } from '@visavox/recognition/decoding/decoder-pool';
import { Recogniser } from '@visavox/recognition/recogniser';
import { signInChecks } from './checks.ts';
import { composeServices, type Services } from './compose.ts';
import { ensureFirstRelease, registerFirstVersion } from './first-release.ts';
import { createApp, pagePolicy } from './http/app.ts';
import { Places } from './http/places.ts';
import { ApplicationLineage } from './lineage.ts';
import { applicationMigrations } from './migrations.ts';
import { parseSignInSettings, type SignInSettings } from './settings.ts';
import { relyingPartyAt } from './ways-in/relying-party.ts';

/**
 * In percent. The few megabytes of each sign-in's pictures and sound count as growth of a heap of 40 MB: left to itself,
 * V8 goes through the whole heap at every fourth sign-in, which costs more than a tenth of it.
 */
const heapGrowth = 120;

const seconds = 1000;
const followEveryMs = 2 * seconds;
const keepUpEveryMs = 5 * seconds;
const tellEveryMs = 5 * seconds;
const searchEveryMs = 30 * seconds;
const sweepEveryMs = 300 * seconds;

interface Opened {
  readonly settings: SignInSettings;
  readonly services: Services;
}

const opened = new WeakMap<Platform, Opened>();

/** What sign-in opened on this platform. */
export function signInOn(platform: Platform): Opened {
  const found = opened.get(platform);
  if (!found) throw new SystemError('sign-in is not open on this platform');
  return found;
}

export function application(environment: Environment, platform: PlatformSettings): Application {
  return signInApplication(parseSignInSettings(environment, platform));
}

/** Sign-in by face and voice, around the platform. */
export function signInApplication(settings: SignInSettings): Application {
  return {
    migrations: applicationMigrations,
    pagePolicy,
    open: (platform, afterwards, beside) => openSignIn(platform, settings, { afterwards, ...beside }),
  };
}

async function openSignIn(
  platform: Platform,
  settings: SignInSettings,
  { afterwards, experiments }: { readonly afterwards: Afterwards } & Beside,
): Promise<OpenApplication> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  const { log } = platform;
  const places = new Places({ atOnce: 3 });
  const decoder = new DecoderPool({
    aside: (work) => places.aside(work),
    onEnded: (reason) => log.warn({ reason }, 'a process that decodes recordings ended'),
  });
  afterwards(() => decoder.close());
  const services = await openServices(platform, settings, decoder);
  afterwards(() => services.champion.close());
  afterwards(() => services.shadow.close());
  opened.set(platform, { settings, services });
  await followTheChampion(platform, services);
  return { ...whatIsDone(services, experiments), ...whatIsAnswered(platform, { services, places, decoder }) };
}

/** The services over a database that is up to date, with a first release. */
async function openServices(
  { database, objects, releases, modelHost, settings: where, now, log }: Platform,
  settings: SignInSettings,
  decoder: DecoderPool,
): Promise<Services> {
  const columnsKey = await ensureSecret(join(where.secrets, 'columns.key'), 32);
  await requireSameSecret(database.db, 'columns.key', columnsKey);
  const services = composeServices({
    ...{ database, objects, now, below: randomInt },
    report: (event, details) => log.warn(details, event),
    secret: Buffer.from(columnsKey, 'hex'),
    host: modelHost,
    loadRecogniser: ({ manifest, files }, served) => Recogniser.load(manifest, files, served, decoder),
    attempts: settings.attempts,
    liveness: settings.liveness,
    signInPolicy: settings.signInPolicy,
    enrolment: settings.enrolment,
  });
  // Only who has the database alone knows that nothing is under way when it starts.
  if (database.kind === 'embedded') await services.recordings.recover(0);
  const published = () => publishedBundle(join(where.setup, 'networks'));
  await databaseLock(
    database,
    'visavox first release',
  )(() => ensureFirstRelease({ objects, releases, published, now }));
  return services;
}

/** Where others bring the champion up it may come later; until then this part is not ready. */
async function followTheChampion({ settings, log }: Platform, { champion }: Services): Promise<void> {
  if (settings.role !== 'controller')
    await champion.follow().catch((error: unknown) => {
      if (!settings.kserve) throw error;
      log.warn({ reason: messageOf(error) }, 'the champion does not answer yet');
    });
  log.info({ release: champion.release }, 'recogniser ready');
}

function whatIsDone(services: Services, experiments: Beside['experiments']): OpenApplication {
  const { champion, search, releases, shadow, shadowOutcomes } = services;
  return {
    whileServing: [
      { name: 'following the release', everyMs: followEveryMs, work: () => champion.follow() },
      { name: 'following shadow tests', everyMs: followEveryMs, work: () => shadow.follow() },
      {
        name: 'following who is enrolled',
        everyMs: searchEveryMs,
        work: () => champion.use(({ loaded }) => search.keepUp(loaded)),
      },
    ],
    whileLeading: [
      { name: 'keeping the champion up', everyMs: keepUpEveryMs, work: () => champion.keepUp() },
      { name: 'telling shadow tests', everyMs: tellEveryMs, work: () => shadowOutcomes.tell(experiments) },
      { name: 'sweeping', everyMs: sweepEveryMs, work: () => sweep(services) },
    ],
    // The published recogniser has to be version 1, so nothing else is registered before it.
    prepareRegistry: (registry) => registerFirstVersion(releases, registry),
    released: () => champion.follow(),
  };
}

async function sweep(services: Services): Promise<void> {
  await services.recordings.recover();
  await services.recordings.expire(new Date());
  await services.challenges.sweep();
  await services.enrolmentChallenges.sweep();
  await services.limits.sweep();
  await services.tries.sweep();
  await services.waysIn.sweep();
}

function whatIsAnswered(
  platform: Platform,
  { services, places, decoder }: { services: Services; places: Places; decoder: DecoderPool },
): OpenApplication {
  const { champion, overview, waysIn } = services;
  const { log, now, operatorToken, settings, sharedToken } = platform;
  return {
    lineage: [new ApplicationLineage(services.db)],
    checks: signInChecks({ decoder, champion }),
    services: () => [{ name: 'recogniser', healthy: champion.release !== undefined, url: null }],
    figures: () => overview.counts(),
    createApp: (resources) =>
      createApp({
        ...resources,
        ...services,
        places,
        operatorDoor: new OperatorDoor({
          ...{ operatorToken, log, now, refused: waysIn.operatorRefused },
          isOff: (token) => sharedToken.isOff(token),
        }),
        relyingParty: relyingPartyAt(resources.url),
        publicUrl: settings.publicUrl,
      }),
  };
}
