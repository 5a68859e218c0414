import type { EnvironmentFile } from './environments/declaration.ts';
import type { IrContainer } from './ir.ts';
import type { KubernetesSettings } from './kubernetes-names.ts';
import {
  type Mount,
  type NamedVariable,
  placeOfSetting,
  readKubernetes,
  unsupported,
} from './kubernetes-settings.ts';
import type { Place } from './place.ts';
import { bytesOf, coresOf, secondsOf } from './quantity.ts';
import type { Access, StepExtras } from './step-extras.ts';

/** All that a container's specification says about where and within what it runs. */
export interface StepSettings {
  readonly environment: EnvironmentFile | undefined;
  readonly access: Access;
  readonly variables: readonly NamedVariable[];
  readonly mounts: readonly Mount[];
  /** Variables whose values the pipeline itself says. */
  readonly fields: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly cores: number | undefined;
  readonly gpus: number;
}

export interface SettingsOfExecutor {
  readonly container: IrContainer;
  /** Of `platforms.kubernetes`. */
  readonly kubernetes: KubernetesSettings;
  /** Of `platforms.visavox`. */
  readonly extras: StepExtras;
}

/** Reads an executor's settings. Throws a UserError that names executor and setting where a single machine cannot do what one asks for. */
export function stepSettings(
  label: string,
  { container, kubernetes, extras }: SettingsOfExecutor,
): StepSettings {
  const { variables, mounts, fields, activeDeadlineSeconds } = readKubernetes(label, kubernetes);
  const { resources = {} } = container;
  const number = <Value>(setting: string, text: Value, read: (text: string) => number | undefined) => {
    if (text === undefined || text === '' || text === 0) return undefined;
    const value = String(text);
    const result = read(value);
    // Known only when the task is about to run: then it is read again with the value in its place.
    if (result === undefined && value.includes('{{$')) return undefined;
    if (result === undefined)
      throw unsupported(label, setting, `"${value}" is no quantity`, placeOf(label, setting));
    return result;
  };
  return {
    environment: extras.environment,
    access: extras.access ?? {},
    ...{ variables, mounts, fields },
    timeoutSeconds: number('activeDeadlineSeconds', activeDeadlineSeconds, secondsOf),
    memoryBytes:
      number('memory', resources.resourceMemoryLimit, bytesOf) ??
      number('memory', resources.memoryLimit, (text) => Number(text) * 1e9 || undefined),
    cores:
      number('cpu', resources.resourceCpuLimit, coresOf) ??
      number('cpu', resources.cpuLimit, (text) => Number(text) || undefined),
    gpus: gpusOf(label, resources.accelerator, number),
  };
}

function gpusOf(
  label: string,
  accelerator: NonNullable<IrContainer['resources']>['accelerator'],
  number: (setting: string, text: unknown, read: (text: string) => number | undefined) => number | undefined,
): number {
  if (!accelerator) return 0;
  const type = accelerator.resourceType ?? accelerator.type ?? '';
  const written = accelerator.resourceCount ?? accelerator.count;
  const count = number('accelerator', written, (text) => (/^\d+$/.test(text) ? Number(text) : undefined));
  if (type !== '' && !/nvidia|gpu/i.test(type) && !type.includes('{{$'))
    throw unsupported(label, 'accelerator', `this machine has no ${type}`, placeOfResources(label));
  // How many is known only in the run, or the SDK left it out.
  return count ?? (String(written).includes('{{$') ? 0 : 1);
}

function placeOf(label: string, setting: string): Place {
  return setting === 'activeDeadlineSeconds' ? placeOfSetting(label, setting) : placeOfResources(label);
}

/** Where the limits of a container are. */
export function placeOfResources(label: string): Place {
  return ['deploymentSpec', 'executors', label, 'container', 'resources'];
}
