import type { OpenIdProvider, PendingSignIn, Vouched } from '@visavox/adapters/oidc/openid-provider';
import type { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import type { SignedIn, SqlUsers } from '@visavox/adapters/sql/users';
import type { AuditEvent } from '@visavox/core/audit';
import { UserError } from '@visavox/core/errors';
import { organisationName } from '@visavox/core/user';
import { nameOf, type RoleRules, roleOf } from '@visavox/core/vouched-user';
import type { Logger } from 'pino';
import { FailedTries, tooManyTries } from './failed-tries.ts';

export const beginPath = '/api/v1/operator/oidc';
export const callbackPath = `${beginPath}/callback`;

/** Of a request, as the audit log has it. */
type Where = Pick<AuditEvent, 'network' | 'request'>;

/** Lets in whom the organisation's OpenID provider vouches for, and writes down whom, and who was refused. */
export class OrganisationDoor {
  /** What people call the organisation's sign-in. */
  readonly name: string;
  /** Where it begins: at the address that the provider sends browsers back to, whichever the console is open at. */
  readonly address: string;
  readonly #provider: OpenIdProvider;
  readonly #redirectUri: URL;
  readonly #roles: RoleRules;
  readonly #users: SqlUsers;
  readonly #audit: SqlAuditLog;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #strangers: FailedTries;
  /** What cookies of sign-ins under way are signed with, by every process of this installation. */
  readonly cookieKey: string;

  constructor(resources: {
    name: string;
    provider: OpenIdProvider;
    /** Where people reach this server. */
    url: string;
    roles: RoleRules;
    users: SqlUsers;
    audit: SqlAuditLog;
    cookieKey: string;
    log: Pick<Logger, 'warn'>;
    now: () => Date;
  }) {
    this.name = resources.name;
    this.address = new URL(beginPath, resources.url).href;
    this.cookieKey = resources.cookieKey;
    this.#provider = resources.provider;
    this.#redirectUri = new URL(callbackPath, resources.url);
    this.#roles = resources.roles;
    this.#users = resources.users;
    this.#audit = resources.audit;
    this.#log = resources.log;
    this.#strangers = new FailedTries(resources.now);
  }

  /** Of the subjects by which operators say who somebody is. */
  get issuer(): string {
    return this.#provider.issuer;
  }

  async begin(): Promise<{ address: URL; pending: PendingSignIn }> {
    try {
      return await this.#provider.begin(this.#redirectUri);
    } catch (error) {
      this.#warn(error);
      throw error;
    }
  }

  /** `search`: what the provider sent the browser back with. Throws a UserError whose code the console has words for. */
  async finish(search: string, pending: PendingSignIn | undefined, where: Where): Promise<SignedIn> {
    const vouched = await this.#vouched(search, pending).catch(async (error: unknown) => {
      this.#warn(error);
      throw await this.#refusedStranger(error, where);
    });
    const role = roleOf(vouched.claims, this.#roles);
    const name = nameOf(vouched.claims);
    const { issuer, subject } = vouched;
    const who = `subject:${subject}${name === undefined ? '' : ` as ${name}`}`;
    try {
      if (role === undefined) throw noRole();
      const record: Parameters<SqlUsers['enter']>[1] = ({ user, before }, db) =>
        this.#audit.append(
          {
            ...{ ...where, by: organisationName, role: null, outcome: 'done', target: `user:${user}` },
            action: before === null ? 'user.add' : 'user.edit',
            reason: before === null ? `${role}, ${who}` : `${before} becomes ${role}`,
          },
          db,
        );
      return await this.#users.enter({ issuer, subject, name, role }, record);
    } catch (error) {
      if (error instanceof UserError) await this.#refused(error.code, who, where);
      throw error;
    }
  }

  async #vouched(search: string, pending: PendingSignIn | undefined): Promise<Vouched> {
    const answer = new URL(this.#redirectUri);
    answer.search = search;
    const [state, ...others] = answer.searchParams.getAll('state');
    if (!pending || others.length > 0 || state !== pending.state) throw stateLost();
    return this.#provider.finish(answer, pending);
  }

  /** Somebody whom nobody vouches for: whoever only makes up addresses must not be able to fill the log. */
  async #refusedStranger(error: unknown, where: Where): Promise<unknown> {
    if (!(error instanceof UserError) || error.code === 'oidc_unavailable') return error;
    const network = where.network ?? '';
    if (this.#strangers.isTooMany(network)) return tooManyTries('sign-ins');
    this.#strangers.add(network);
    await this.#refused(error.code, null, where);
    return error;
  }

  #refused(code: string, target: string | null, where: Where): Promise<unknown> {
    const event = { ...where, by: 'nobody', role: null, action: 'session.begin' };
    return this.#audit.append({
      ...event,
      target: target?.slice(0, 500) ?? null,
      outcome: 'refused',
      reason: code,
    });
  }

  #warn(error: unknown): void {
    if (error instanceof UserError)
      this.#log.warn({ code: error.code, reason: error.message }, 'no sign-in by the organisation');
  }
}

function stateLost(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'oidc_state_lost',
    message: 'this sign-in was not begun in this browser, or too long ago',
    action: 'Begin again on the sign-in page.',
  });
}

function noRole(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'oidc_no_role',
    message: 'the organisation’s provider says nothing of you that gives a role here',
    action: 'Ask for one of the groups that have a role here.',
  });
}
