import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { EnvironmentFile } from './environments/declaration.ts';
import type { IrContainer } from './ir.ts';
import { bytesOf, coresOf, secondsOf } from './quantity.ts';
import type { Access, StepExtras } from './step-extras.ts';

/** A value out of a secret, in a variable of the command's environment. */
export interface SecretVariable {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
  readonly optional: boolean;
}

/** All that a container's specification says about where and within what it runs. */
export interface StepSettings {
  readonly environment: EnvironmentFile | undefined;
  readonly access: Access;
  readonly secrets: readonly SecretVariable[];
  readonly timeoutSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly cores: number | undefined;
  readonly gpus: number;
}

const Constant = z.looseObject({ runtimeValue: z.looseObject({ constant: z.string() }) });
const SecretAsEnv = z.looseObject({
  secretName: z.string().optional(),
  secretNameParameter: Constant.optional(),
  keyToEnv: z.array(z.looseObject({ secretKey: z.string(), envVar: z.string() })).default([]),
  optional: z.boolean().optional(),
});
const Honoured = z.looseObject({
  secretAsEnv: z.array(SecretAsEnv).default([]),
  activeDeadlineSeconds: z.union([z.string(), z.number()]).optional(),
});

/** They say where a pod is put and what it is called; on one machine there is one place. */
const meaningless = new Set([
  ...['imagePullPolicy', 'imagePullSecret', 'podMetadata', 'nodeSelector', 'tolerations'],
  ...['nodeAffinity', 'podAffinity', 'enabledSharedMemory'],
]);

export interface SettingsOfExecutor {
  readonly container: IrContainer;
  /** Of `platforms.kubernetes`. */
  readonly kubernetes: Readonly<Record<string, unknown>>;
  /** Of `platforms.visavox`. */
  readonly extras: StepExtras;
}

/** Reads an executor's settings. Throws a UserError that names executor and setting where a single machine cannot do what one asks for. */
export function stepSettings(
  label: string,
  { container, kubernetes, extras }: SettingsOfExecutor,
): StepSettings {
  for (const [setting, value] of Object.entries(kubernetes)) {
    const known = setting in Honoured.shape || meaningless.has(setting);
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!known && !empty) throw unsupported(label, setting, 'this machine has no such thing');
  }
  const parsed = Honoured.safeParse(kubernetes);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unsupported(label, String(issue?.path.join('.')), issue?.message ?? '');
  }
  const { secretAsEnv, activeDeadlineSeconds } = parsed.data;
  const { resources = {} } = container;
  const number = <Value>(setting: string, text: Value, read: (text: string) => number | undefined) => {
    if (text === undefined || text === '' || text === 0) return undefined;
    const value = String(text);
    const result = read(value);
    // Known only when the task is about to run: then it is read again with the value in its place.
    if (result === undefined && value.includes('{{$')) return undefined;
    if (result === undefined) throw unsupported(label, setting, `"${value}" is no quantity`);
    return result;
  };
  return {
    environment: extras.environment,
    access: extras.access ?? {},
    secrets: secretAsEnv.flatMap(({ secretName, secretNameParameter, keyToEnv, optional = false }) =>
      keyToEnv.map(({ secretKey, envVar }) => {
        const secret = secretNameParameter?.runtimeValue.constant ?? secretName;
        if (!secret) throw unsupported(label, 'secretAsEnv', 'it names no secret');
        return { variable: envVar, secret, key: secretKey, optional };
      }),
    ),
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
  const count = number('accelerator', accelerator.resourceCount ?? accelerator.count, (text) =>
    /^\d+$/.test(text) ? Number(text) : undefined,
  );
  if (type !== '' && !/nvidia|gpu/i.test(type) && !type.includes('{{$'))
    throw unsupported(label, 'accelerator', `this machine has no ${type}`);
  return count ?? 1;
}

function unsupported(label: string, setting: string, reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'setting_unsupported',
    message: `The executor ${label} has the setting ${setting}, which cannot be used here: ${reason}.`,
    action: 'Take the setting out of the pipeline, or run it on Kubeflow with --on kubeflow.',
  });
}
