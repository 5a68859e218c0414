import type { Challenge } from '../../api/types.ts';
import type { Burst } from '../burst.ts';
import type { Capturing } from '../use-capture.ts';
import type { SpeechStep } from './speak.ts';

export type Turn = 'left' | 'right';

/** What is asked of the person at the moment. */
export type SignInStep =
  | { readonly kind: 'looking' }
  | { readonly kind: 'turning'; readonly turn: Turn; readonly progress: number }
  | { readonly kind: 'looking_back' }
  | SpeechStep
  | { readonly kind: 'checking' };

/** Somebody in front of the camera who answers a challenge. */
export interface Scene extends Capturing {
  readonly challenge: Challenge;
  readonly burst: Burst;
  /** The head's turn in degrees when the person looks straight ahead. */
  readonly straight: number;
  /** Resolves when the person has been told, aloud where that is wished for. */
  readonly onStep: (step: SignInStep) => Promise<void>;
}

/** Something that the person does before speaking. Steps know nothing of each other, so that more can be put between. */
export type SceneStep = (scene: Scene) => Promise<void>;
