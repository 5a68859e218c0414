import type { Kysely } from 'kysely';
import { unknownPerson } from '../faults.ts';
import type { Sealer } from '../sealing.ts';
import { claimedName } from '../sign-in/claimed-name.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import type { ApplicationTables } from '../tables.ts';
import type { AccessLog } from './access-log.ts';
import type { AtTheDoor, Entrance, LetIn } from './entrance.ts';
import { codeRefused } from './faults.ts';
import type { EntryLimits } from './limits.ts';
import type { SignInCodes } from './sign-in-codes.ts';
import type { CodeKind } from './tables.ts';

interface CodeEntryResources {
  readonly db: Kysely<ApplicationTables>;
  readonly sealer: Sealer;
  readonly codes: SignInCodes;
  readonly entrance: Entrance;
  readonly accessLog: AccessLog;
  readonly limits: EntryLimits;
}

const ways = { recovery: 'recovery_code', operator: 'operator_code' } as const;

/** Signing in with a name and a code: a recovery code of one's own, or one that an operator issued. */
export class CodeEntry {
  readonly #resources: CodeEntryResources;

  constructor(resources: CodeEntryResources) {
    this.#resources = resources;
  }

  /** Refuses alike whatever was wrong, and takes the same time for names that nobody has. */
  async signIn(
    from: { visitor: Visitor; door: AtTheDoor },
    claim: { name: string; kind: CodeKind; code: string },
  ): Promise<LetIn> {
    const { sealer, codes, entrance, limits } = this.#resources;
    const name = claimedName(claim.name, sealer);
    const { network } = from.visitor;
    // Counted apart from faces and voices: who is stopped there needs this way.
    const admission = await limits.admit({ name: `${name.hash} codes`, network, device: null });
    try {
      const letIn = await entrance.letIn(from.door, { way: ways[claim.kind], amr: ['otp'] }, async (trx) => {
        const person = await codes.use(trx, { nameKey: name.key, kind: claim.kind, code: claim.code });
        if (!person) throw codeRefused();
        return person;
      });
      await limits.succeeded(admission);
      return letIn;
    } catch (error) {
      await limits.failed(admission);
      throw error;
    }
  }

  /** For a person whom an operator knows; told this once. */
  async issue(person: string): Promise<{ code: string; expiresAt: Date; name: string }> {
    const { db, codes, accessLog } = this.#resources;
    return db.transaction().execute(async (trx) => {
      const known = await trx
        .selectFrom('people')
        .select('name')
        .where('id', '=', person)
        .forUpdate()
        .executeTakeFirst();
      if (!known) throw unknownPerson();
      const issued = await codes.makeOperatorCode(trx, person);
      await accessLog.record({ kind: 'operator_code_issued', person, by: 'operator' }, trx);
      return { ...issued, name: known.name };
    });
  }
}
