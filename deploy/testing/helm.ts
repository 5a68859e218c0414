import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Made by scripts/cluster-tools.mjs. */
export const tools = process.env.VISAVOX_CLUSTER_TOOLS ?? join(root, '.visavox', 'setup', 'cluster-tools');
export const hasHelm = existsSync(join(tools, 'helm'));
export const chart = join(root, 'deploy', 'chart');
export const namespace = 'visavox-test';

const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default(namespace),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});
export type KubernetesObject = z.infer<typeof KubernetesObject>;

export function helm(...words: string[]) {
  return spawnSync(join(tools, 'helm'), words, { encoding: 'utf8', maxBuffer: 1 << 26 });
}

export const valuesFile = (name: string) => join(chart, 'values', `${name}.yaml`);

/** What an installation with these values would make, hooks included. */
export function render(values: string, ...sets: string[]): KubernetesObject[] {
  const { stdout, stderr, status } = helm(
    ...['template', 'visavox', chart, '--namespace', namespace, '--kube-version', '1.35.0'],
    ...['--values', valuesFile(values), ...sets.flatMap((set) => ['--set', set])],
  );
  if (status !== 0) throw new Error(stderr);
  return objectsOf(stdout);
}

export function objectsOf(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0];
    const content: unknown = document.toJS();
    return content === null ? [] : [KubernetesObject.parse(content)];
  });
}
