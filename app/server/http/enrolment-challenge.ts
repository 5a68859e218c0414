import type { ApiResources } from '../resources.ts';
import type { Whereabouts } from '../sign-in/visitor.ts';

/** For whoever is invited, where there is an invitation. */
export async function newEnrolmentChallenge(
  { enrolmentChallenges, invitations }: Pick<ApiResources, 'enrolmentChallenges' | 'invitations'>,
  wish: { client: Whereabouts; withTurn: boolean; invitation: string | undefined },
) {
  const invited = wish.invitation === undefined ? null : await invitations.find(wish.invitation);
  const challenge = await enrolmentChallenges.create({
    client: wish.client,
    withTurns: wish.withTurn,
    invitation: invited?.id ?? null,
  });
  return {
    id: challenge.id,
    prompts: [...challenge.prompts],
    turns: [...challenge.turns],
    expiresAt: challenge.expiresAt.toISOString(),
    ...(invited ? { name: invited.name } : {}),
  };
}
