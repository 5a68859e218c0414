import type { AttemptAnswer } from '../api/types.ts';
import type { SignInStep } from '../capture/sign-in-script.ts';

/** How far a sign-in is. */
export type SignInState =
  | { readonly kind: 'form' }
  | { readonly kind: 'asking' }
  | SignInStep
  | { readonly kind: 'answered'; readonly answer: AttemptAnswer }
  | { readonly kind: 'failed'; readonly error: unknown };
