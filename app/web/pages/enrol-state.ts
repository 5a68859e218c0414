import type { Person } from '../api/types.ts';
import type { EnrolStep } from '../capture/enrol-script.ts';

/** How far an enrolment is. */
export type EnrolState =
  | { readonly kind: 'form'; readonly error: unknown }
  | { readonly kind: 'asking' }
  | { readonly kind: 'capturing'; readonly step: EnrolStep }
  | { readonly kind: 'review'; readonly error: unknown }
  | { readonly kind: 'saving' }
  | { readonly kind: 'done'; readonly person: Person };
