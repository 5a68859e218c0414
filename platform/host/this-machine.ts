import type { NotHonoured, ServingSettings } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import { coresOf } from '@visavox/pipelines/quantity';
import type { OnThisMachine } from '@visavox/serving/host/local-bundle-servers';

/** What settings come to where servers are processes of this machine. Throws `secret_missing`. */
export function onThisMachine(
  settings: ServingSettings,
  secretOf: (name: string) => string | undefined,
): OnThisMachine {
  const { replicas, resources, variables = {}, secrets = {} } = settings;
  const missing = missingOf(settings, (name) => secretOf(name) !== undefined);
  if (missing.length > 0) throw secretMissing(missing, { kind: 'server' });
  const cores = resources?.cpu === undefined ? undefined : coresOf(resources.cpu);
  return {
    servers: replicas?.min ?? 1,
    ...(cores !== undefined && { threads: Math.ceil(cores) }),
    variables,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([variable, name]) => [variable, secretOf(name) ?? '']),
    ),
  };
}

/** What settings ask for and one machine does not give. */
export function notHonouredHere({
  replicas = {},
  resources,
  variables,
  secrets,
}: ServingSettings): NotHonoured[] {
  const { min = 1 } = replicas;
  const scales = (replicas.max ?? min) > min;
  const isGiven = variables !== undefined || secrets !== undefined;
  return [
    ...(scales
      ? [{ setting: 'replicas.max' as const, said: `nothing scales on one machine, where ${min} answer` }]
      : []),
    ...(resources?.cpu !== undefined
      ? [
          {
            setting: 'resources.cpu' as const,
            said: 'how many threads a server computes with, and no limit on one machine',
          },
        ]
      : []),
    ...(resources?.memory !== undefined
      ? [
          {
            setting: 'resources.memory' as const,
            said: 'no limit on one machine; a server may take what there is',
          },
        ]
      : []),
    ...(isGiven
      ? [
          {
            setting: 'variables' as const,
            said: 'given, as secrets are, to models that MLflow saved; a network in ONNX reads none',
          },
        ]
      : []),
  ];
}

/** The settings of the server that are not there, each once. */
export function missingOf({ secrets = {} }: ServingSettings, has: (name: string) => boolean): string[] {
  return [...new Set(Object.values(secrets))].filter((name) => !has(name)).sort();
}

export function secretMissing(
  names: readonly string[],
  where: { readonly kind: 'server' } | { readonly kind: 'cluster'; readonly secret: string },
): UserError {
  const all = names.join(', ');
  return new UserError({
    kind: 'conflict',
    code: 'secret_missing',
    message:
      where.kind === 'server'
        ? `the environment's secrets name ${all}, which the server's own environment does not have`
        : `the environment's secrets name ${all}, which the Secret ${where.secret} does not have`,
    action:
      where.kind === 'server'
        ? `Start the server with ${all} set, and release again.`
        : `Add ${all} to it (kubectl edit secret ${where.secret}), and release again.`,
    details: { missing: [...names] },
  });
}
