import { type Kysely, sql, type Transaction } from 'kysely';
import { invalidRequest } from '../faults.ts';
import type { ApplicationTables, FindingReason, PersonState } from '../tables.ts';
import { type EnrolmentPolicy, type Invitations, invitationMissing } from './invitations.ts';
import { type PersonName, personName } from './person-name.ts';

/** Why an operator has to look at somebody before they are let in. */
export interface NewFinding {
  readonly reason: FindingReason;
  /** Who was found. */
  readonly match: string;
}

/** One newcomer after another, so that of two who are one the second is found. */
export async function lockEnrolments(trx: Transaction<ApplicationTables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('visavox enrolment'))`.execute(trx);
}

/** Whoever has this name, or one that looks like it, and may sign in. */
export async function sameNames(
  trx: Transaction<ApplicationTables>,
  { key, look }: PersonName,
): Promise<NewFinding[]> {
  const rows = await trx
    .selectFrom('people')
    .select('id')
    .where('state', '=', 'active')
    .where(({ eb, or }) => or([eb('name_key', 'in', [key, look]), eb('name_look', 'in', [key, look])]))
    .orderBy('enrolled_at')
    .limit(10)
    .execute();
  return rows.map(({ id }) => ({ reason: 'name', match: id }));
}

/** Whose face is like this one; and the group of recordings that are one person's, for whom that is known. */
export async function sameFaces(
  trx: Transaction<ApplicationTables>,
  alike: readonly string[],
): Promise<{ findings: NewFinding[]; identity: string | undefined }> {
  const matched = await trx
    .selectFrom('people')
    .select(['id', 'identity'])
    .where('id', 'in', alike.length > 0 ? alike : [''])
    .execute();
  const there = alike.filter((one) => matched.some(({ id }) => id === one));
  return {
    findings: there.map((match) => ({ reason: 'face', match })),
    identity: matched.find(({ id }) => id === alike[0])?.identity,
  };
}

export const stateOf = (findings: readonly NewFinding[]): PersonState =>
  findings.length > 0 ? 'pending' : 'active';

export async function keepFindings(
  trx: Kysely<ApplicationTables>,
  findings: readonly NewFinding[],
  { person, at }: { person: string; at: Date },
): Promise<void> {
  if (findings.length === 0) return;
  const rows = findings.map((finding) => ({ ...finding, person, created_at: at }));
  await trx.insertInto('review_findings').values(rows).execute();
}

export interface NewMember {
  readonly id: string;
  readonly name: PersonName;
  readonly invitation: string | undefined;
  readonly at: Date;
  readonly insert: (state: PersonState) => Promise<void>;
}

/** Lets somebody in who takes part without face and voice, by the same rules of names and invitations. */
export async function admitMember(
  trx: Transaction<ApplicationTables>,
  { id, name, invitation, at, insert }: NewMember,
  { policy, invitations }: { policy: EnrolmentPolicy; invitations: Invitations },
): Promise<void> {
  if (policy === 'invitation' && invitation === undefined) throw invitationMissing();
  const invited = invitation === undefined ? null : await invitations.find(invitation, at);
  if (invited) nameOfInvitation(invited.name, name);
  await lockEnrolments(trx);
  const findings = await sameNames(trx, name);
  await insert(stateOf(findings));
  if (invited) await invitations.use(trx, invited.id, { person: id, at });
  await keepFindings(trx, findings, { person: id, at });
}

/** The name of an invitation is the operator's; what was sent has to be the same one. */
export function nameOfInvitation(invited: string, given: PersonName): PersonName {
  const name = personName(invited);
  if (name.key === given.key) return name;
  throw invalidRequest(
    'the invitation is for somebody of another name',
    'Leave the name as the invitation has it.',
    { field: 'name' },
  );
}
