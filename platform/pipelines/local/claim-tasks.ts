import type { Bindings, Parameter } from '@visavox/core/run';
import { jobName } from '../executor-input.ts';
import type { IrContainer } from '../ir.ts';
import type { Volumes } from './volumes.ts';

/** What a component of kfp-kubernetes does with a volume claim; its image is a name and nothing that could be run. */
export function claimTask(container: IrContainer | undefined): 'create' | 'delete' | undefined {
  switch (container?.image) {
    case 'argostub/createpvc':
      return 'create';
    case 'argostub/deletepvc':
      return 'delete';
    default:
      return undefined;
  }
}

/** Makes or removes the folder that stands for a claim. Sizes and classes of storage mean nothing here. */
export async function runClaimTask(
  kind: 'create' | 'delete',
  parameters: Readonly<Record<string, Parameter>>,
  { volumes, run }: { readonly volumes: Volumes; readonly run: Parameters<typeof jobName>[0] },
): Promise<Bindings> {
  const { pvc_name: named, pvc_name_suffix: suffix = '' } = parameters;
  if (kind === 'delete') {
    await volumes.remove(String(named ?? ''));
    return { parameters: {}, artifacts: {} };
  }
  const name = typeof named === 'string' && named !== '' ? named : `${jobName(run)}${suffix}`.toLowerCase();
  await volumes.create(name);
  return { parameters: { name }, artifacts: {} };
}
