import type { Controller } from '@visavox/control/controller';
import type { OfferedModel } from '@visavox/control/offered-model';
import type { LineageSource } from '@visavox/core/lineage';
import type { ObjectStore } from '@visavox/core/object-store';
import type {
  DatasetStore,
  ModelRegistry,
  PipelineEngine,
  ReleaseStore,
  ReleaseTarget,
  RunStore,
} from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { Logger } from 'pino';
import type { Champion } from './champion.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import type { EnrolmentChallenges } from './enrolment/enrolment-challenges.ts';
import type { Invitations } from './enrolment/invitations.ts';
import type { People } from './enrolment/people.ts';
import type { Reviews } from './enrolment/reviews.ts';
import type { Verification } from './enrolment/verification.ts';
import type { clientNetworks } from './http/client-network.ts';
import type { Places } from './http/places.ts';
import type { Leader } from './leader.ts';
import type { OperatorToken } from './operator-token.ts';
import type { Overview } from './overview.ts';
import type { TrainingData } from './retention/training-data.ts';
import type { Sealer } from './sealing.ts';
import type { Attempts } from './sign-in/attempts.ts';
import type { OperatorDoor } from './sign-in/operator-door.ts';
import type { OperatorSessions } from './sign-in/operator-sessions.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { WaysIn } from './ways-in/compose.ts';
import type { RelyingParty } from './ways-in/relying-party.ts';

export const modelName = 'recogniser';
export const environment = 'production';

export interface ServiceHealth {
  readonly name: string;
  readonly healthy: boolean;
  readonly url: string | null;
}

export type ControllerPort = Pick<
  Controller,
  'tick' | 'retrainNow' | 'rollback' | 'propose' | 'promote' | 'progress' | 'setPaused'
>;

/** What the HTTP API works with. */
export interface ApiResources {
  readonly log: Logger;
  readonly now: () => Date;
  /** Where the requests that decode recordings wait for their turn. */
  readonly places: Places;
  readonly networkOf: ReturnType<typeof clientNetworks>;
  readonly allowedHosts: ReadonlySet<string>;
  /** Cookies go over https alone. */
  readonly secureCookies: boolean;
  readonly operatorToken: OperatorToken;
  readonly operatorDoor: OperatorDoor;
  readonly operatorSessions: OperatorSessions;
  /** Whom passkeys are made for. */
  readonly relyingParty: RelyingParty;
  readonly waysIn: WaysIn;
  readonly sealer: Sealer;
  /** The built page. */
  readonly webFolder: string;
  readonly people: People;
  readonly enrolment: Enrolment;
  readonly enrolmentChallenges: EnrolmentChallenges;
  readonly invitations: Invitations;
  readonly reviews: Reviews;
  readonly verification: Verification;
  /** Where people reach the service, if that was configured. */
  readonly publicUrl: string | undefined;
  readonly signIn: SignIn;
  readonly attempts: Attempts;
  readonly champion: Champion;
  readonly overview: Overview;
  readonly runs: RunStore;
  readonly engine: PipelineEngine;
  readonly datasets: DatasetStore;
  readonly objects: ObjectStore;
  readonly registry: Pick<ModelRegistry, 'list'>;
  readonly releases: ReleaseStore;
  readonly controller: ControllerPort;
  readonly leader: Pick<Leader, 'here' | 'url'>;
  readonly lineage: readonly LineageSource[];
  readonly services: () => Promise<readonly ServiceHealth[]>;
}

/** What continuous training is wired from. */
export interface ControlResources {
  readonly log: Logger;
  readonly retrain: { readonly people: number; readonly samples: number };
  readonly trainingData: TrainingData;
  readonly engine: PipelineEngine;
  readonly runs: RunStore;
  readonly datasets: DatasetStore;
  readonly registry: ModelRegistry;
  readonly releases: ReleaseStore;
  readonly target: ReleaseTarget;
  /** The recogniser that came with the software, where another one serves. */
  readonly offered: (champion: Release) => Promise<OfferedModel | null>;
}
