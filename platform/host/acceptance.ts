import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { notAccepted } from '@visavox/control/not-accepted';
import { modelReference } from '@visavox/core/model';
import type { ReleaseStore, ReleaseTarget } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { plainSurroundings } from './plain-surroundings.ts';
import type { EnvironmentDeclaration } from './project.ts';

const withinSeconds = 600;
/** Of what the command wrote; the end says what was wrong. */
const mostCharacters = 1500;

export interface AcceptanceResources {
  readonly releases: Pick<ReleaseStore, 'list'>;
  /** Where a release answers over the Open Inference Protocol, without `/v2`; undefined for a target of the project's own. */
  readonly urlOf: (release: Release) => Promise<string | undefined>;
  /** The folder of the project, where the command runs, and that of set-up. */
  readonly root: string;
  readonly setup: string;
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

/**
 * A target whose releases are tried before they may serve: a version comes to an environment `after` it has served in another
 * one, and the command `accept` of the project, which is given the address of the model that was brought up, ends with 0.
 * What was accepted once is not tried again, so that going back takes no time.
 */
export function withAcceptance(
  target: ReleaseTarget,
  { after, accept, acceptWithinSeconds = withinSeconds }: Omit<EnvironmentDeclaration, 'name'>,
  resources: AcceptanceResources,
): ReleaseTarget {
  if (after === undefined && accept === undefined) return target;
  const { releases, report } = resources;
  return {
    async prepare(release) {
      const isNew = release.stage === 'preparing';
      if (isNew && after !== undefined && !(await hasServed(releases, after, release)))
        throw notAccepted(
          `${referenceTo(release)} has not served in ${after}, and ${release.environment} comes after it`,
          `Release it there first: visavox release propose ${referenceTo(release)} --to ${after}`,
        );
      await target.prepare(release);
      if (!isNew || accept === undefined) return;
      const { code, said } = await tried(accept, release, resources, acceptWithinSeconds);
      report('release tried', { release: release.id, command: accept.join(' '), code });
      if (code !== 0)
        throw notAccepted(
          `"${accept.join(' ')}" ended with ${code ?? `nothing within ${acceptWithinSeconds} s`}: ${said}`,
          'Look at what it says, and propose a version that passes.',
        );
    },
    activate: (release) => target.activate(release),
    retire: (release) => target.retire(release),
  };
}

const referenceTo = ({ model, version }: Release) => modelReference({ name: model, version });

/** The same bytes: another version may have them. */
async function hasServed(
  releases: Pick<ReleaseStore, 'list'>,
  environment: string,
  { model, bundle }: Release,
): Promise<boolean> {
  const all = await releases.list(environment, model);
  return all.some((one) => one.bundle === bundle && one.promotedAt !== null);
}

/** Runs the command with what it needs to know and nothing of the server's own environment. */
async function tried(
  [program = '', ...words]: readonly string[],
  release: Release,
  { urlOf, root, setup }: AcceptanceResources,
  seconds: number,
): Promise<{ code: number | null; said: string }> {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  const path = [...plainSurroundings({ root, setup }).path, PATH].join(delimiter);
  const url = await urlOf(release);
  const child = spawn(program, words, {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    env: {
      ...{ PATH: path, HOME, LANG },
      VISAVOX_ENVIRONMENT: release.environment,
      VISAVOX_MODEL: release.model,
      VISAVOX_MODEL_VERSION: String(release.version),
      ...(url !== undefined && { VISAVOX_MODEL_URL: url }),
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-mostCharacters);
    });
  const timer = setTimeout(() => killAll(child.pid), seconds * 1000);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', (error) => {
        said = error.message;
        resolve(127);
      });
      child.once('close', resolve);
    });
    return { code, said: said.trim() };
  } finally {
    clearTimeout(timer);
  }
}

/** With whatever it has started. */
function killAll(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended a moment before.
  }
}
