import { join, resolve } from 'node:path';
import { SqlControlState } from '@visavox/adapters/sql/control-state';
import { databaseLock } from '@visavox/adapters/sql/database-lock';
import { PlatformLineage } from '@visavox/adapters/sql/platform-lineage';
import { publishedBundle, publishedManifest } from '@visavox/recognition/bundle';
import type { Logger } from 'pino';
import { createController } from './control.ts';
import { createEngine } from './engine.ts';
import { EngineOfLeader } from './engine-of-leader.ts';
import type { openFoundations } from './foundations.ts';
import { createApp } from './http/app.ts';
import { clientNetworks } from './http/client-network.ts';
import type { Leader } from './leader.ts';
import { ApplicationLineage } from './lineage.ts';
import { publishedOffer } from './published-offer.ts';
import type { Settings } from './settings.ts';
import { OperatorDoor } from './sign-in/operator-door.ts';
import type { openTracking } from './tracking.ts';
import { relyingPartyAt } from './ways-in/relying-party.ts';

type Foundations = Awaited<ReturnType<typeof openFoundations>>;
type Tracking = Awaited<ReturnType<typeof openTracking>>;

const root = resolve(import.meta.dirname, '../..');

export interface Parts {
  readonly settings: Settings;
  readonly foundations: Foundations;
  readonly tracking: Tracking;
  readonly log: Logger;
}

/** Pipelines run in the process that leads; the others show what is recorded. */
export async function openEngine({
  settings,
  foundations,
  tracking,
  log,
  leads,
}: Parts & { leads: () => boolean }): Promise<EngineOfLeader> {
  const { runs, datasets } = foundations.services;
  const open = () =>
    createEngine({
      ...{ root, settings, runs, datasets, log },
      objects: foundations.objects,
      tracker: tracking.tracker,
      trackingUrl: tracking.mlflow.url,
    });
  return settings.databaseUrl === undefined
    ? EngineOfLeader.open({ open, runs })
    : EngineOfLeader.waiting({ open, runs, leads });
}

export function openController(parts: Parts & { engine: EngineOfLeader }) {
  const { settings, foundations, tracking, log, engine } = parts;
  const networks = join(settings.setup, 'networks');
  const { champion, trainingData, runs, datasets, releases } = foundations.services;
  return createController({
    ...{ log, trainingData, engine, runs, datasets, releases },
    registry: tracking.registry,
    retrain: settings.retrain,
    target: champion,
    offered: publishedOffer({
      objects: foundations.objects,
      published: {
        manifest: () => publishedManifest(networks),
        bundle: () => publishedBundle(networks),
      },
    }),
    state: new SqlControlState(foundations.database.db),
    exclusively: databaseLock(foundations.database, 'visavox controller'),
  });
}

export function createApi(
  parts: Parts & {
    engine: EngineOfLeader;
    controller: ReturnType<typeof openController>;
    page: { webFolder: string; allowedHosts: ReadonlySet<string> };
    url: string;
    leader: Leader;
  },
) {
  const { settings, foundations, tracking, log, engine, controller, page, url, leader } = parts;
  const { database, operatorToken, services, places } = foundations;
  const { mlflow, registry } = tracking;
  const { waysIn, now } = services;
  return createApp({
    ...services,
    ...page,
    ...{ log, operatorToken, engine, registry, controller, leader, places },
    networkOf: clientNetworks(settings.trustedProxies),
    operatorDoor: new OperatorDoor({ operatorToken, accessLog: waysIn.accessLog, log, now }),
    relyingParty: relyingPartyAt(url),
    publicUrl: settings.publicUrl,
    secureCookies: url.startsWith('https:'),
    lineage: [new PlatformLineage(database.db), new ApplicationLineage(services.db)],
    services: async () => [
      { name: 'database', healthy: true, url: null },
      { name: 'recogniser', healthy: services.champion.release !== undefined, url: null },
      { name: 'mlflow', healthy: mlflow.healthy, url: mlflow.url },
    ],
  });
}
