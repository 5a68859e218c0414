import type { AttemptAnswer } from '../api/types.ts';
import type { SignInStep } from '../capture/steps/step.ts';

/** How far a sign-in is. */
export type SignInState =
  | { readonly kind: 'form' }
  | { readonly kind: 'asking' }
  | SignInStep
  | { readonly kind: 'answered'; readonly answer: AttemptAnswer; readonly refusals: number }
  | { readonly kind: 'failed'; readonly error: unknown };

export type Underway = { readonly kind: 'asking' } | SignInStep;

export function isUnderway(state: SignInState): state is Underway {
  return state.kind !== 'form' && state.kind !== 'answered' && state.kind !== 'failed';
}
