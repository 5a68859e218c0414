import type { OperatorResources } from '@visavox/api/operators';
import type { PlatformResources, ShellResources } from '@visavox/api/resources';
import type { Champion } from './champion.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import type { EnrolmentChallenges } from './enrolment/enrolment-challenges.ts';
import type { Invitations } from './enrolment/invitations.ts';
import type { People } from './enrolment/people.ts';
import type { Reviews } from './enrolment/reviews.ts';
import type { Verification } from './enrolment/verification.ts';
import type { Places } from './http/places.ts';
import type { Overview } from './overview.ts';
import type { Sealer } from './sealing.ts';
import type { Attempts } from './sign-in/attempts.ts';
import type { LivenessPolicy } from './sign-in/liveness.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { WaysIn } from './ways-in/compose.ts';
import type { RelyingParty } from './ways-in/relying-party.ts';

export const modelName = 'recogniser';
export const environment = 'production';

/** What the HTTP API works with: the platform's half, and what people need. */
export interface ApiResources extends PlatformResources, ShellResources, OperatorResources {
  /** Where the requests that decode recordings wait for their turn. */
  readonly places: Places;
  readonly livenessPolicy: LivenessPolicy;
  /** Whom passkeys are made for. */
  readonly relyingParty: RelyingParty;
  readonly waysIn: WaysIn;
  readonly sealer: Sealer;
  /** The built page. */
  readonly webFolder: string | undefined;
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
}
