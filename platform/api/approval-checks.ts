import type { SqlUsers } from '@visavox/adapters/sql/users';
import type { Approval } from '@visavox/core/approval';
import { isUp, type Release } from '@visavox/core/release';
import { mayActAs, sharedTokenName } from '@visavox/core/user';
import type { PlatformResources } from './resources.ts';

type Resources = Pick<PlatformResources, 'releases' | 'controllers' | 'registry'> & {
  readonly users: SqlUsers;
};

export interface Check {
  readonly check: 'declared' | 'up' | 'same_bundle' | 'same_champion' | 'asker';
  readonly passed: boolean;
  readonly said: string;
}

/** Whether what was asked for is still what would happen. All have to be so before it may be approved. */
export async function checksOf(approval: Approval, resources: Resources): Promise<Check[]> {
  const { environment, model, release: id } = approval;
  const controller = resources.controllers.all.find(
    (one) => one.model === model && one.environment === environment,
  );
  const all = await resources.releases.list(environment, model);
  const release = all.find((one) => one.id === id);
  const champion = all.find(({ stage }) => stage === 'champion');
  const up = release !== undefined && mayServe(release);
  return [
    {
      check: 'declared',
      passed: controller?.needsApproval === true,
      said:
        controller === undefined
          ? `${model} is not released to ${environment} any more`
          : `${environment} wants a second person`,
    },
    { check: 'up', passed: up, said: release ? `${release.stage}: ${release.reason}` : 'it is not there' },
    { check: 'same_bundle', passed: release?.bundle === approval.bundle, said: approval.bundle },
    {
      check: 'same_champion',
      passed: (champion?.id ?? null) === approval.champion || champion?.id === id,
      said: champion ? `${model}:${champion.version} serves (release ${champion.id})` : 'nothing serves yet',
    },
    await askerCheck(approval, resources),
  ];
}

/** A release that came up, or served before. */
export function mayServe(release: Release): boolean {
  return (
    (isUp(release) && release.stage !== 'preparing') ||
    (release.stage === 'retired' && release.promotedAt !== null)
  );
}

/** Whoever was removed, or may not promote any more, asks for nothing. */
async function askerCheck({ askedBy }: Approval, { users }: Resources): Promise<Check> {
  // No user: the platform itself, or whoever had the shared token.
  if (askedBy.includes(' '))
    return {
      check: 'asker',
      passed: true,
      said: askedBy === sharedTokenName ? 'by the shared token' : askedBy,
    };
  const user = (await users.list()).find(({ name }) => name === askedBy);
  return {
    check: 'asker',
    passed: user !== undefined && mayActAs(user.role, 'operator'),
    said: user ? `${askedBy} is ${user.role}` : `${askedBy} was removed`,
  };
}

/** What both versions measured. */
export async function metricsOf(
  approval: Approval,
  { registry, releases }: Resources,
): Promise<Record<string, { release: number | null; champion: number | null }>> {
  const versions = await registry.list(approval.model);
  const serving = (await releases.champion(approval.environment, approval.model))?.version;
  const of = (version: number | undefined) => versions.find((one) => one.version === version)?.metrics ?? {};
  const [next, now] = [of(approval.version), of(serving)];
  const names = [...new Set([...Object.keys(next), ...Object.keys(now)])];
  return Object.fromEntries(
    names.map((name) => [name, { release: next[name] ?? null, champion: now[name] ?? null }]),
  );
}
