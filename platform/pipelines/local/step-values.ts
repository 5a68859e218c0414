import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { type Mount, type NamedVariable, placeOfSetting, type ValueKind } from '../kubernetes-settings.ts';
import { at } from '../place.ts';
import type { StepSettings } from '../step-settings.ts';

/** The secrets and config maps that an operator has for steps. */
export interface ValueSources {
  /** The value of a key of a secret; undefined where there is none. */
  readonly secret?: ((secret: string, key: string) => Promise<string | undefined>) | undefined;
  readonly configMap?: ((configMap: string, key: string) => Promise<string | undefined>) | undefined;
  /** The keys of a secret or a config map; none where it is not there. */
  readonly keys?: ((kind: ValueKind, name: string) => Promise<readonly string[]>) | undefined;
}

type Secrets = Pick<StepSettings, 'variables' | 'mounts'>;

/** Variables with their values. Throws a UserError where one has to be there and is not; a name that is not known yet is passed over. */
export async function variablesFrom(
  sources: ValueSources,
  label: string,
  variables: readonly NamedVariable[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { variable, kind, name, key, optional } of variables) {
    if (name === undefined) continue;
    const value = await sources[kind]?.(name, key);
    if (value !== undefined) values[variable] = value;
    else if (!optional) throw valueMissing(label, kind, name, key);
  }
  return values;
}

/** A secret or a config map as the files of a folder, of which there is none where it is not there and need not be. */
export async function filesFrom(
  sources: ValueSources,
  label: string,
  { kind, name, optional }: Mount & { kind: ValueKind },
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  if (name === undefined) return files;
  for (const key of (await sources.keys?.(kind, name)) ?? []) {
    const value = await sources[kind]?.(name, key);
    if (value !== undefined) files.set(key, value);
  }
  if (files.size === 0 && !optional) throw valueMissing(label, kind, name);
  return files;
}

export async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of files) await writeFile(join(folder, name), text, { mode: 0o400 });
}

/** All that these settings give to a step and nobody is to read. */
export async function secretTexts(
  sources: ValueSources,
  { variables, mounts }: Secrets,
): Promise<readonly string[]> {
  const named = variables.flatMap(({ kind, name, key }) =>
    kind === 'secret' && name !== undefined ? [{ name, key }] : [],
  );
  for (const { kind, ...mount } of mounts)
    if (kind === 'secret' && 'name' in mount && mount.name !== undefined)
      for (const key of (await sources.keys?.(kind, mount.name)) ?? []) named.push({ name: mount.name, key });
  const texts = await Promise.all(named.map(({ name, key }) => sources.secret?.(name, key)));
  return texts.flatMap((text) => text?.trim() || []);
}

function valueMissing(label: string, kind: ValueKind, name: string, key?: string): UserError {
  const [code, what, folder] =
    kind === 'secret'
      ? (['secret_missing', 'secret', 'steps'] as const)
      : (['config_map_missing', 'config map', 'config-maps'] as const);
  const wanted = key === undefined ? `the ${what} ${name}` : `the key ${key} of the ${what} ${name}`;
  const error = new UserError({
    kind: 'invalid',
    code,
    message: `The executor ${label} names ${wanted}, which this installation does not have.`,
    action: `Put the value into the file ${folder}/${name}/${key ?? 'KEY'} in the folder of secrets, readable by its owner alone.`,
  });
  return at(placeOfSetting(label, `${kind}As${key === undefined ? 'Volume' : 'Env'}`), error);
}
