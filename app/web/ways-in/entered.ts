import type { QueryClient } from '@tanstack/react-query';
import { navigate } from '@visavox/console/router';
import type { Session } from '../api/types.ts';

/** Where one goes after a step of the sign-in: to the next one, or in. */
export async function entered(session: Session, queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: ['session'] });
  navigate(session.next ? nextStep(session) : '/account');
}

/** The start page shows the step that the session has to take; face and voice belong to a name. */
export function nextStep({ next, underway }: Session): string {
  return next === 'face_and_voice' && underway ? faceAndVoiceOf(underway.name) : '/';
}

export function faceAndVoiceOf(name: string): string {
  return `/?way=face-and-voice&name=${encodeURIComponent(name)}`;
}
