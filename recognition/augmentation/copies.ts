import type { BundleManifest } from '@visavox/core/model';
import { featureSource, type Modality } from '../bundle-parts.ts';
import type { FeatureKey } from '../feature-cache.ts';
import { Random } from '../synthetic/random.ts';
import type { Camera } from './camera.ts';
import type { VoiceChannel } from './voice-channel.ts';

/** Names the ways of augmenting: copies of two names are never taken for each other. */
export const AUGMENTATION = 'visavox-augmentation-1';

/** What deployments bring that the recordings at hand may not have. A copy's condition is drawn by the recording alone. */
export const CONDITIONS = {
  face: ['dim', 'low-resolution', 'grey'],
  voice: ['telephone', 'mobile', 'noise', 'room'],
} as const satisfies Record<Modality, readonly string[]>;

/** What a template knows of besides: the conditions that change most of what a recording looks or sounds like. */
const ENROLLED_UNDER = {
  face: ['dim', 'grey'],
  voice: ['telephone', 'mobile'],
} as const satisfies Record<Modality, readonly string[]>;

const drawn = (sample: string, condition: string) => new Random(AUGMENTATION, sample, condition);

export function cameraOf(sample: string, condition: string): { camera: Camera; random: Random } {
  const random = drawn(sample, condition);
  const camera: Camera = {
    resolution: random.between(0.5, 1),
    blur: random.between(0, 1),
    quality: Math.round(random.between(45, 90)),
  };
  switch (condition) {
    case 'dim':
      return {
        random,
        camera: { ...camera, light: random.between(0.06, 0.35), noise: random.between(3, 12) },
      };
    case 'low-resolution':
      return {
        random,
        camera: { ...camera, resolution: random.between(0.24, 0.45), noise: random.between(0, 6) },
      };
    case 'grey':
      return {
        random,
        camera: {
          grey: true,
          light: random.between(0.1, 0.8),
          resolution: random.between(0.28, 0.7),
          noise: random.between(2, 10),
          quality: Math.round(random.between(35, 80)),
        },
      };
    default:
      throw new TypeError(`there is no camera for ${condition}`);
  }
}

export function channelOf(sample: string, condition: string): { channel: VoiceChannel; random: Random } {
  const random = drawn(sample, condition);
  const gainDb = random.between(-9, 3);
  const noise = (least: number, most: number) => ({
    snrDb: random.between(least, most),
    colour: random.between(0, 0.97),
  });
  const line = (codec: 'mu-law' | 'adaptive') => ({
    codec,
    low: random.between(200, 400),
    high: random.between(3000, 3600),
  });
  switch (condition) {
    case 'telephone':
      return { random, channel: { gainDb, line: line('mu-law'), noise: noise(15, 35) } };
    case 'mobile':
      return { random, channel: { gainDb, line: line('adaptive'), noise: noise(10, 30) } };
    case 'noise':
      return { random, channel: { gainDb, noise: noise(5, 20) } };
    case 'room':
      return {
        random,
        channel: {
          gainDb,
          room: { decaySeconds: random.between(0.2, 0.8), power: random.between(0.2, 1) },
          noise: noise(20, 35),
        },
      };
    default:
      throw new TypeError(`there is no channel for ${condition}`);
  }
}

/** Of a recording, at most: more of them say little more, and each costs as much as the recording. */
const MOST_OF_ONE = 2;
/** Of a modality, so that ten times the people do not take ten times as long, and a hundred are learned from in minutes. */
const MOST_OF_ALL = 1000;

/** The condition of the copy that stands beside a recording in a template, where a model makes templates so. */
export function enrolledCondition(modality: Modality, sample: string): string {
  const among: readonly string[] = ENROLLED_UNDER[modality];
  return among[drawn(sample, 'enrolled').below(among.length)] as string;
}

/**
 * The conditions that a recording is copied under, when `recordings` of its kind are learned from. The first is that of
 * a template, the next another kind of condition. Where not every recording can have one, some people have one of each
 * of theirs: a template is of copies throughout or of none.
 */
export function copiesOf(
  modality: Modality,
  { sample, person }: { readonly sample: string; readonly person: string },
  recordings: number,
): readonly string[] {
  const wanted = Math.min(MOST_OF_ONE, MOST_OF_ALL / Math.max(1, recordings));
  const random = drawn(sample, 'copies');
  // Whose copies are made, and which recordings have one more, does not depend on who else is there.
  const count = wanted < 1 ? below(drawn(person, 'copied'), wanted) : 1 + below(random, wanted - 1);
  const among: readonly string[] = ENROLLED_UNDER[modality];
  const others = CONDITIONS[modality].filter((condition) => !among.includes(condition));
  return [enrolledCondition(modality, sample), ...random.shuffle<string>(others)].slice(0, count);
}

const below = (random: Random, share: number) => (random.next() < share ? 1 : 0);

/** What the features of a recording's copy under a condition depend on. */
export function copySource(
  manifest: BundleManifest,
  modality: Modality,
  condition: string,
): Omit<FeatureKey, 'sample'> {
  return underCondition(featureSource(manifest, modality), condition);
}

export function underCondition<Key extends Pick<FeatureKey, 'preprocessing'>>(
  source: Key,
  condition: string,
): Key {
  return { ...source, preprocessing: `${source.preprocessing}.${AUGMENTATION}.${condition}` };
}
