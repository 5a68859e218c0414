import { type Actor, isLetIn, requireStatus } from './actor.ts';
import type { Stage } from './row.ts';

/** Somebody enrolled, a victim of one row alone, so that no row meets what another one left. Two visits at most. */
export async function victimOf(stage: Stage, index: number, address: string): Promise<Actor> {
  const actor = stage.actor(index, { address });
  const enrolled = requireStatus(await actor.enrol(), 201, 'the enrolment of a victim');
  // Drawn people are more alike than people: whoever was taken for another one is told apart by the operator.
  await stage.operator(`/api/v1/people/${enrolled.body?.id}/review`, { json: { decision: 'approve' } });
  let answer = await actor.signIn();
  if (!isLetIn(answer)) answer = await actor.signIn();
  if (!isLetIn(answer))
    stage.log(`  a victim was refused at both first visits: ${answer.text.slice(0, 200)}`);
  return actor;
}
