import { availableParallelism } from 'node:os';
import {
  type Environment,
  type PlatformSettings,
  parseEnvironment,
  parsePlatformSettings,
} from '@visavox/host/settings';
import { z } from 'zod';
import { type SignInPolicy, signInPolicies } from './ways-in/policy.ts';

/** Each of them has the networks in its memory. */
const MOST_SHARDS_HERE = 8;

const count = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);

/** Every setting of sign-in, with its default, beside those of the platform (`platform/host/settings.ts`). */
const SignInEnvironment = z.object({
  /** Retraining starts at so many new people, or so many new samples. */
  VISAVOX_RETRAIN_PEOPLE: count(5),
  VISAVOX_RETRAIN_SAMPLES: count(50),
  /** Processes or pods that embed recordings side by side in a training; by default the processors here, or as many pods as recordings are worth. */
  VISAVOX_TRAINING_SHARDS: z.coerce.number().int().positive().optional(),
  /**
   * `auto`: trainings fine-tune the voice network as well, where there are enough people and recordings for it. Off by default:
   * with few people luck decides whether it helps (decision 30).
   */
  VISAVOX_FINE_TUNING: z.enum(['auto', 'off']).default('off'),
  /** On one name, attempts that may fail one after another before each further one has to wait: 30 seconds, then longer. */
  VISAVOX_ATTEMPT_FAILURES: count(5),
  /** Hours for which an accepted attempt's recordings wait to be confirmed. */
  VISAVOX_ATTEMPT_RETENTION: count(24),
  /**
   * Whether somebody has to be there to sign in. `required`: pictures while the digits are spoken, the right digits, lips that
   * move with them, the head turned as asked. `off`: nothing of it, for measurements with recordings; nothing gives a session then.
   */
  VISAVOX_LIVENESS: z.enum(['required', 'off']).default('required'),
  /**
   * What a sign-in consists of. `face-and-voice`: these, or a passkey, or a code. `passkey-then-face-and-voice`: both for
   * whoever has both, the recommended policy; whoever has one of them only is let in with that one.
   */
  VISAVOX_SIGN_IN: z.enum(signInPolicies).default('face-and-voice'),
  /**
   * Who may enrol. `open`: whoever reaches the service and answers a challenge, the default where only this machine does.
   * `invitation`: whom an operator invited, the default otherwise.
   */
  VISAVOX_ENROLMENT: z.enum(['open', 'invitation']).optional(),
});

export interface SignInSettings {
  readonly retrain: { readonly people: number; readonly samples: number };
  /** 0: as many as the recordings are worth. */
  readonly trainingShards: number;
  readonly fineTuning: 'auto' | 'off';
  readonly liveness: 'required' | 'off';
  readonly signInPolicy: SignInPolicy;
  readonly enrolment: 'open' | 'invitation';
  readonly attempts: {
    readonly failures: number;
    readonly retentionHours: number;
  };
}

export type Settings = PlatformSettings & SignInSettings;

export function parseSettings(environment: Environment, root: string): Settings {
  const platform = parsePlatformSettings(environment, { root });
  return { ...platform, ...parseSignInSettings(environment, platform) };
}

/** The application's half; `platform`: who reaches it decides who may enrol. */
export function parseSignInSettings(
  environment: Environment,
  platform: Pick<PlatformSettings, 'host' | 'publicUrl' | 'engine'>,
): SignInSettings {
  const values = parseEnvironment(SignInEnvironment, environment);
  return {
    retrain: { people: values.VISAVOX_RETRAIN_PEOPLE, samples: values.VISAVOX_RETRAIN_SAMPLES },
    fineTuning: values.VISAVOX_FINE_TUNING,
    trainingShards:
      values.VISAVOX_TRAINING_SHARDS ??
      (platform.engine === 'local' ? Math.min(availableParallelism(), MOST_SHARDS_HERE) : 0),
    liveness: values.VISAVOX_LIVENESS,
    signInPolicy: values.VISAVOX_SIGN_IN,
    enrolment: values.VISAVOX_ENROLMENT ?? (isOnlyHere(platform) ? 'open' : 'invitation'),
    attempts: {
      failures: values.VISAVOX_ATTEMPT_FAILURES,
      retentionHours: values.VISAVOX_ATTEMPT_RETENTION,
    },
  };
}

/** Whether nobody but this machine reaches the service, as far as its settings tell. */
function isOnlyHere({ host, publicUrl }: Pick<PlatformSettings, 'host' | 'publicUrl'>): boolean {
  return publicUrl === undefined && /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}
