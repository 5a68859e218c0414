import type { Parameter } from '@visavox/core/run';
import { z } from 'zod';
import type { PipelineSpec } from './ir.ts';
import { isRecord } from './parameters.ts';

/** What kfp-kubernetes wrote for an executor. */
export type KubernetesSettings = Readonly<Record<string, unknown>>;

/** Where a setting has the name of a secret, a claim or a config map from. */
const Source = z.looseObject({
  taskOutputParameter: z.looseObject({ producerTask: z.string(), outputParameterKey: z.string() }).optional(),
  componentInputParameter: z.string().optional(),
});
type Source = z.infer<typeof Source>;

export function kubernetesSettings(spec: PipelineSpec, label: string): KubernetesSettings {
  return spec.platforms?.kubernetes?.deploymentSpec?.executors?.[label] ?? {};
}

/**
 * The settings with the values that they name in their place, as constants. An entry of a list whose name nothing gives is
 * left out: that is how Kubeflow takes a parameter that is optional and was not given.
 */
export function withNames(
  settings: KubernetesSettings,
  lookUp: (source: Source) => Parameter | undefined,
): KubernetesSettings {
  const named = (entry: unknown): unknown => {
    if (!isRecord(entry)) return entry;
    // Before 2.14 the SDK wrote the claim's name without a field of its own.
    const claim = 'pvcNameParameter' in entry || !isSource(entry) ? {} : { pvcNameParameter: entry };
    const values: Record<string, unknown> = { ...entry, ...claim };
    for (const [field, value] of Object.entries(values)) {
      if (!/(NameParameter|Json)$/.test(field) || !isSource(value)) continue;
      const constant = lookUp(value);
      if (constant === undefined) return undefined;
      values[field] = { runtimeValue: { constant } };
    }
    return values;
  };
  return Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [
      setting,
      Array.isArray(value) ? value.map(named).filter((entry) => entry !== undefined) : named(value),
    ]),
  );
}

/** Whether it names a value of the run. */
function isSource(value: unknown): value is Source {
  const source = Source.safeParse(value).data;
  return source?.taskOutputParameter !== undefined || source?.componentInputParameter !== undefined;
}
