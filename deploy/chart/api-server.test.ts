import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiServer, hasApiServer } from '../testing/api-server.ts';
import { chart, hasHelm, type KubernetesObject, namespace, objectsOf, render } from '../testing/helm.ts';

const installations = readdirSync(join(chart, 'values')).map((file) => basename(file, '.yaml'));
const metadata = (name: string) => ({ name, namespace: '', annotations: {} });
const strictNamespace = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    ...metadata(name),
    labels: {
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  },
});

describe.skipIf(!hasHelm || !hasApiServer)(
  'the chart before the real API server (scripts/cluster-tools.mjs and the package etcd-server make it)',
  () => {
    let server: ApiServer;

    beforeAll(async () => {
      server = await ApiServer.start();
      for (const name of [namespace, 'kubeflow', 'visavox-runs', 'visavox-models'])
        await server.apply(strictNamespace(name), { dryRun: false });
    });
    afterAll(() => server?.stop());

    it.each(installations)('takes each object of %s, the strictest pod security included', async (name) => {
      const objects = render(name);
      expect(objects.length).toBeGreaterThan(15);
      for (const object of objects) {
        const { status, body, warnings } = await server.apply(object);
        expect({ object: `${object.kind} ${object.metadata.name}`, status, body, warnings }).toMatchObject({
          status: 201,
          warnings: [],
        });
      }
    });

    it('takes the training on several nodes', async () => {
      const [job] = objectsOf(readFileSync(join(chart, '..', 'trainer', 'train-job.yaml'), 'utf8'));
      expect(job?.kind).toBe('TrainJob');
      const { status, body, warnings } = await server.apply(job as KubernetesObject);
      expect({ status, body, warnings }).toMatchObject({ status: 201, warnings: [] });
    });

    it('refuses a field that there is not', async () => {
      const [object] = render('trial').filter(({ kind }) => kind === 'ServingRuntime');
      const { status, body } = await server.apply({ ...object, spec: { container: [] } } as KubernetesObject);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).toContain('container');
    });
  },
);
