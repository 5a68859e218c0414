import { UserError } from '@visavox/core/errors';
import type { ControllerState } from './controller-state.ts';

/**
 * What a phase came to: the state to remember, and whether another step may follow at once. Effects come before it and
 * may be repeated, since a crash repeats them.
 */
export interface Step {
  readonly next: ControllerState;
  readonly again: boolean;
}

/** Whether waiting may cure it: then nothing is counted, and the next tick tries again. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof UserError && error.kind === 'unavailable';
}

/** How often a phase may fail in a way that waiting does not cure before the training ends. */
export const maximumFailures = 5;
