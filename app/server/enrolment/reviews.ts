import { UserError } from '@visavox/core/errors';
import type { Kysely, Transaction } from 'kysely';
import { unknownPerson } from '../faults.ts';
import type { ApplicationTables } from '../tables.ts';
import type { NewcomerSearch } from './newcomer-search.ts';
import { lockEnrolments } from './newcomers.ts';
import type { People } from './people.ts';
import { personName } from './person-name.ts';

/** What an operator decides about somebody who is pending. */
export type ReviewDecision =
  /** A person of their own; under another name where the present one is somebody's. */
  | { readonly decision: 'approve'; readonly name?: string | undefined }
  /** The same person as that one, who keeps name and template; the recordings are learned from as that person's. */
  | { readonly decision: 'merge'; readonly into: string }
  /** Erased as if never enrolled. */
  | { readonly decision: 'reject' };

export class Reviews {
  readonly #db: Kysely<ApplicationTables>;
  readonly #people: People;
  readonly #search: Pick<NewcomerSearch, 'forget'>;

  constructor(resources: {
    db: Kysely<ApplicationTables>;
    people: People;
    search: Pick<NewcomerSearch, 'forget'>;
  }) {
    this.#db = resources.db;
    this.#people = resources.people;
    this.#search = resources.search;
  }

  async decide(id: string, review: ReviewDecision): Promise<void> {
    switch (review.decision) {
      case 'approve':
        return this.#db.transaction().execute((trx) => approve(trx, id, review.name));
      case 'merge':
        await this.#db.transaction().execute((trx) => merge(trx, id, review.into));
        return this.#search.forget(id);
      case 'reject':
        await this.#db.transaction().execute((trx) => requirePending(trx, id));
        return this.#people.forget(id);
    }
  }
}

async function approve(trx: Transaction<ApplicationTables>, id: string, given: string | undefined) {
  const pending = await requirePending(trx, id);
  const { text, key, look } = personName(given ?? pending.name);
  const other = await trx
    .selectFrom('people')
    .select('id')
    .where('name_key', '=', key)
    .where('state', '=', 'active')
    .executeTakeFirst();
  if (other) throw nameTaken();
  await trx
    .updateTable('people')
    .set({ state: 'active', name: text, name_key: key, name_look: look })
    .where('id', '=', id)
    .execute();
  await trx.deleteFrom('review_findings').where('person', '=', id).execute();
}

async function merge(trx: Transaction<ApplicationTables>, id: string, into: string) {
  const { identity } = await requirePending(trx, id);
  const other = await trx
    .selectFrom('people')
    .select('identity')
    .where('id', '=', into)
    .where('state', '=', 'active')
    .forUpdate()
    .executeTakeFirst();
  if (!other) throw unknownPerson();
  // What both gave stays once.
  await trx
    .deleteFrom('samples')
    .where('person', '=', id)
    .where('digest', 'in', trx.selectFrom('samples').select('digest').where('person', '=', into))
    .execute();
  await trx.updateTable('samples').set({ person: into, source: 'merged' }).where('person', '=', id).execute();
  await trx.updateTable('invitations').set({ person: into }).where('person', '=', id).execute();
  await trx.updateTable('review_findings').set({ match: into }).where('match', '=', id).execute();
  await trx
    .updateTable('people')
    .set({ identity: other.identity })
    .where('identity', 'in', [identity, id])
    .execute();
  await trx.deleteFrom('people').where('id', '=', id).execute();
}

/** Nobody is let in meanwhile, so that a name stays free until it is given. */
async function requirePending(trx: Transaction<ApplicationTables>, id: string) {
  await lockEnrolments(trx);
  const row = await trx
    .selectFrom('people')
    .select(['name', 'state', 'identity'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw unknownPerson();
  if (row.state === 'pending') return row;
  throw new UserError({
    kind: 'conflict',
    code: 'not_pending',
    message: 'this person is not waiting for a review',
    action: 'Load the list again: somebody else may have decided.',
  });
}

function nameTaken(): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'name_taken',
    message: 'somebody of this name is enrolled already',
    action: 'Give this person another name, or merge both.',
  });
}
