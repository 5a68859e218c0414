import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { KubernetesSettings } from './kubernetes-names.ts';
import { at, type Place } from './place.ts';

/** Named values that an operator has for steps. */
export type ValueKind = 'secret' | 'configMap';

/** A value out of a secret or a config map, in a variable of the command's environment. */
export interface NamedVariable {
  readonly variable: string;
  readonly kind: ValueKind;
  /** Undefined where it is known only in the run. */
  readonly name: string | undefined;
  readonly key: string;
  readonly optional: boolean;
}

/** A folder that a step finds at a path of its own. */
export type Mount = { readonly setting: string; readonly path: string } & (
  | { readonly kind: ValueKind; readonly name: string | undefined; readonly optional: boolean }
  /** One of the task's own, empty at its start. */
  | { readonly kind: 'empty' }
  /** One that tasks and runs share. */
  | { readonly kind: 'claim'; readonly name: string | undefined; readonly subPath: string }
);

/** What is asked of Kubernetes, and done here as well. */
export interface FromKubernetes {
  readonly variables: readonly NamedVariable[];
  readonly mounts: readonly Mount[];
  /** Variables that Kubernetes fills with labels and annotations of the pod. */
  readonly fields: Readonly<Record<string, string>>;
  readonly activeDeadlineSeconds: string | number | undefined;
}

/** A name that is known only in the run has no constant until then. */
const Name = z.looseObject({ runtimeValue: z.looseObject({ constant: z.string() }).optional() });
const optional = z.boolean().default(false);
const secret = { secretName: z.string().optional(), secretNameParameter: Name.optional(), optional };
const configMap = { configMapName: z.string().optional(), configMapNameParameter: Name.optional(), optional };
const mounted = {
  mountPath: z
    .string()
    .refine((path) => path.startsWith('/') && path.length > 1 && !path.split('/').includes('..'), {
      message: 'expected an absolute path',
    }),
};
const texts = z.record(z.string(), z.string()).default({});

const Honoured = z.looseObject({
  secretAsEnv: z
    .array(
      z.looseObject({
        ...secret,
        keyToEnv: z.array(z.looseObject({ secretKey: z.string(), envVar: z.string() })).default([]),
      }),
    )
    .default([]),
  configMapAsEnv: z
    .array(
      z.looseObject({
        ...configMap,
        keyToEnv: z.array(z.looseObject({ configMapKey: z.string(), envVar: z.string() })).default([]),
      }),
    )
    .default([]),
  secretAsVolume: z.array(z.looseObject({ ...secret, ...mounted })).default([]),
  configMapAsVolume: z.array(z.looseObject({ ...configMap, ...mounted })).default([]),
  emptyDirMounts: z.array(z.looseObject(mounted)).default([]),
  genericEphemeralVolume: z.array(z.looseObject(mounted)).default([]),
  pvcMount: z
    .array(
      z.looseObject({
        constant: z.string().optional(),
        pvcNameParameter: Name.optional(),
        subPath: z.string().default(''),
        ...mounted,
      }),
    )
    .default([]),
  podMetadata: z.looseObject({ labels: texts, annotations: texts }).default({ labels: {}, annotations: {} }),
  fieldPathAsEnv: z.array(z.looseObject({ name: z.string(), fieldPath: z.string() })).default([]),
  activeDeadlineSeconds: z.union([z.string(), z.number()]).optional(),
});
type Honoured = z.infer<typeof Honoured>;

/** They say where a pod is put and how it comes by its image; on one machine there is one place. */
const meaningless = new Set([
  ...['imagePullPolicy', 'imagePullSecret', 'nodeSelector', 'tolerations'],
  ...['nodeAffinity', 'podAffinity', 'enabledSharedMemory'],
]);

/** Reads what kfp-kubernetes wrote for an executor. Throws a UserError that names executor and setting where a single machine cannot do it. */
export function readKubernetes(label: string, settings: KubernetesSettings): FromKubernetes {
  for (const [setting, value] of Object.entries(settings)) {
    const known = setting in Honoured.shape || meaningless.has(setting);
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!known && !empty) throw unsupported(label, setting, 'this machine has no such thing');
  }
  const parsed = Honoured.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unsupported(label, String(issue?.path.join('.')), issue?.message ?? '');
  }
  return {
    variables: variablesOf(label, parsed.data),
    mounts: mountsOf(label, parsed.data),
    fields: fieldsOf(label, parsed.data),
    activeDeadlineSeconds: parsed.data.activeDeadlineSeconds,
  };
}

function variablesOf(label: string, { secretAsEnv, configMapAsEnv }: Honoured): NamedVariable[] {
  const secrets = secretAsEnv.flatMap(({ keyToEnv, optional, ...entry }) => {
    const name = nameOf(label, 'secretAsEnv', entry.secretNameParameter, entry.secretName);
    return keyToEnv.map(({ secretKey: key, envVar: variable }) => ({ variable, name, key, optional }));
  });
  const configMaps = configMapAsEnv.flatMap(({ keyToEnv, optional, ...entry }) => {
    const name = nameOf(label, 'configMapAsEnv', entry.configMapNameParameter, entry.configMapName);
    return keyToEnv.map(({ configMapKey: key, envVar: variable }) => ({ variable, name, key, optional }));
  });
  return [
    ...secrets.map((variable) => ({ kind: 'secret' as const, ...variable })),
    ...configMaps.map((variable) => ({ kind: 'configMap' as const, ...variable })),
  ];
}

function mountsOf(label: string, settings: Honoured): Mount[] {
  const empty = (setting: 'emptyDirMounts' | 'genericEphemeralVolume') =>
    settings[setting].map(({ mountPath }) => ({ kind: 'empty' as const, setting, path: mountPath }));
  return [
    ...settings.secretAsVolume.map(({ mountPath, optional, secretNameParameter, secretName }) => {
      const name = nameOf(label, 'secretAsVolume', secretNameParameter, secretName);
      return { kind: 'secret' as const, setting: 'secretAsVolume', path: mountPath, name, optional };
    }),
    ...settings.configMapAsVolume.map(({ mountPath, optional, configMapNameParameter, configMapName }) => {
      const name = nameOf(label, 'configMapAsVolume', configMapNameParameter, configMapName);
      return { kind: 'configMap' as const, setting: 'configMapAsVolume', path: mountPath, name, optional };
    }),
    ...settings.pvcMount.map(({ mountPath, subPath, pvcNameParameter, constant }) => {
      const name = nameOf(label, 'pvcMount', pvcNameParameter, constant);
      return { kind: 'claim' as const, setting: 'pvcMount', path: mountPath, name, subPath };
    }),
    ...empty('emptyDirMounts'),
    ...empty('genericEphemeralVolume'),
  ];
}

/** `metadata.labels['team']`: what the pod would be called. The rest of a pod is not here. */
function fieldsOf(label: string, { fieldPathAsEnv, podMetadata }: Honoured): Record<string, string> {
  return Object.fromEntries(
    fieldPathAsEnv.map(({ name, fieldPath }) => {
      const [, kind, key = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath) ?? [];
      if (kind !== 'labels' && kind !== 'annotations')
        throw unsupported(label, 'fieldPathAsEnv', `there is no pod here whose ${fieldPath} could be told`);
      return [name, podMetadata[kind][key] ?? ''];
    }),
  );
}

function nameOf(
  label: string,
  setting: string,
  parameter: z.infer<typeof Name> | undefined,
  constant: string | undefined,
): string | undefined {
  const name = parameter?.runtimeValue?.constant ?? (parameter ? undefined : constant);
  if (name === '' || (!parameter && constant === undefined))
    throw unsupported(label, setting, 'it has no name');
  return name;
}

/** Where kfp-kubernetes writes what an executor is to have. */
export function placeOfSetting(label: string, setting: string): Place {
  return ['platforms', 'kubernetes', 'deploymentSpec', 'executors', label, ...setting.split('.')];
}

export function unsupported(
  label: string,
  setting: string,
  reason: string,
  place = placeOfSetting(label, setting),
): UserError {
  const error = new UserError({
    kind: 'invalid',
    code: 'setting_unsupported',
    message: `The executor ${label} has the setting ${setting}, which cannot be used here: ${reason}.`,
    action: 'Take the setting out of the pipeline, or run it on Kubeflow with --on kubeflow.',
  });
  return at(place, error);
}
