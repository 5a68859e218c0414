import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { placeOfSetting } from '../kubernetes-settings.ts';
import { at } from '../place.ts';

/** Folders that stand for volume claims: tasks and runs share them by name, until somebody removes them. */
export class Volumes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder of a claim, or of a path in it. Throws a UserError `claim_missing`. */
  async open(label: string, claim: string, subPath = ''): Promise<string> {
    const root = this.#place(claim);
    if (!(await isFolder(root))) throw claimMissing(label, claim, root);
    const parts = subPath.split('/').filter((part) => part !== '');
    if (parts.includes('..')) throw invalidName(`${claim}/${subPath}`);
    await mkdir(join(root, ...parts), { recursive: true, mode: 0o700 });
    return join(root, ...parts);
  }

  /** Makes the folder; one that is there is taken, as a claim is whose task is tried again. */
  async create(claim: string): Promise<void> {
    await mkdir(this.#place(claim), { recursive: true, mode: 0o700 });
  }

  async remove(claim: string): Promise<void> {
    await rm(this.#place(claim), { recursive: true, force: true });
  }

  #place(claim: string): string {
    if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(claim)) throw invalidName(claim);
    return join(this.#folder, claim);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function claimMissing(label: string, claim: string, folder: string): UserError {
  const error = new UserError({
    kind: 'invalid',
    code: 'claim_missing',
    message: `The executor ${label} mounts the volume claim ${claim}, which this machine does not have.`,
    action: `Let the pipeline make it with CreatePVC, or make the folder ${folder}.`,
  });
  return at(placeOfSetting(label, 'pvcMount'), error);
}

function invalidName(name: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'claim_invalid',
    message: `"${name}" is no name of a volume claim.`,
    action: 'Use lower-case letters, digits, hyphens and dots, as Kubernetes asks for.',
  });
}
