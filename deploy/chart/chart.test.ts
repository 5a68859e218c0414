import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseSettings } from '@visavox/server/settings';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  chart,
  hasHelm,
  helm,
  type KubernetesObject,
  namespace,
  render,
  valuesFile,
} from '../testing/helm.ts';

const installations = readdirSync(join(chart, 'values')).map((file) => basename(file, '.yaml'));

const PodSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  containers: z.array(
    z.looseObject({
      name: z.string(),
      env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
      securityContext: z.looseObject({ readOnlyRootFilesystem: z.boolean() }),
      resources: z.object({
        requests: z.record(z.string(), z.string()),
        limits: z.record(z.string(), z.string()),
      }),
    }),
  ),
});

function podOf(object: KubernetesObject): z.infer<typeof PodSpec> | undefined {
  const Template = z.object({ spec: z.object({ template: z.object({ spec: PodSpec }) }) });
  if (object.kind === 'Deployment' || object.kind === 'Job') return Template.parse(object).spec.template.spec;
  return object.kind === 'Pod' ? z.object({ spec: PodSpec }).parse(object).spec : undefined;
}

/** The environment of a Deployment's container, with a value where a Secret gives one. */
function environmentOf(objects: readonly KubernetesObject[], name: string): Record<string, string> {
  const found = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  const [container] = (found && podOf(found)?.containers) ?? [];
  const secrets: Record<string, string> = { DATABASE_URL: 'postgres://database/visavox' };
  return Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name, value ?? secrets[name] ?? 'from a secret']),
  );
}

const named = (objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

describe.skipIf(!hasHelm)('the chart (scripts/cluster-tools.mjs makes Helm)', () => {
  describe.each(installations)('%s', (name) => {
    it('is accepted by helm lint', () => {
      const { stdout, status } = helm('lint', '--strict', chart, '--values', valuesFile(name));
      expect(status, stdout).toBe(0);
    });

    it('gives each process settings that it accepts', () => {
      const objects = render(name);
      const server = parseSettings(environmentOf(objects, 'visavox'), '/app');
      expect(server.role).toBe('server');
      expect(server.objects.url).toMatch(/^s3:/);
      const controller = parseSettings(environmentOf(objects, 'visavox-controller'), '/app');
      expect(controller.role).toBe('controller');
      const withKubeflow = name !== 'without-kubeflow';
      expect(controller.engine).toBe(withKubeflow ? 'kubeflow' : 'local');
      expect(server.kubeflow).toBeUndefined();
    });

    it('lets no container write to its image, and names what each may use', () => {
      const pods = render(name).flatMap((object) => podOf(object) ?? []);
      expect(pods.length).toBeGreaterThan(3);
      for (const { containers } of pods)
        for (const { securityContext, resources } of containers) {
          expect(securityContext.readOnlyRootFilesystem).toBe(true);
          expect(resources.requests).toHaveProperty('memory');
          expect(resources.limits).toHaveProperty('memory');
        }
    });

    it('gives access to Kubernetes to nobody but the controller and the hooks', () => {
      const holders = render(name).filter((object) => podOf(object)?.automountServiceAccountToken !== false);
      const names = holders.filter(podOf).map(({ metadata }) => metadata.name);
      expect(names.sort()).toEqual(
        name === 'without-kubeflow' ? [] : ['visavox-controller', 'visavox-retire', 'visavox-test'],
      );
    });
  });

  it('makes its own PostgreSQL and S3 for a trial, and neither elsewhere', () => {
    expect(named(render('trial'), 'PersistentVolumeClaim')).toEqual(['visavox-postgres', 'visavox-s3']);
    const production = render('production');
    expect(named(production, 'PersistentVolumeClaim')).toEqual([]);
    expect(named(production, 'Secret')).toEqual([]);
    expect(named(production, 'Ingress')).toEqual(['visavox']);
  });

  it('keeps the keys that it made when the release goes, unless the data goes with them', () => {
    const annotationsOfKeys = (values: string, ...sets: string[]) =>
      render(values, ...sets).find(({ metadata }) => metadata.name === 'visavox-keys')?.metadata.annotations;
    const policy = { 'helm.sh/resource-policy': 'keep' };
    expect(annotationsOfKeys('trial')).toEqual({});
    expect(annotationsOfKeys('trial', 'keys.keep=true')).toEqual(policy);
    const lasting = ['keys.existingSecret=', 'objects.existingSecret='];
    expect(annotationsOfKeys('production', ...lasting)).toEqual(policy);
  });

  it('gives steps the same key as the servers', () => {
    const secrets = render('trial').filter(({ kind }) => kind === 'Secret');
    const dataOf = (name: string) =>
      z
        .record(z.string(), z.string())
        .parse(secrets.find(({ metadata }) => metadata.name === `visavox-${name}`)?.data);
    const key = dataOf('keys')['objects.key'] ?? '';
    expect(Buffer.from(key, 'base64').toString()).toMatch(/^[0-9a-f]{64}$/);
    expect(dataOf('steps')).toEqual({ 'objects.key': key, ...dataOf('s3') });
  });

  it('tells steps where the application answers them, which lets them in', () => {
    const objects = render('production', 'kubeflow.packageCache=packages');
    const controller = parseSettings(environmentOf(objects, 'visavox-controller'), '/app');
    expect(controller.kubeflow?.step).toMatchObject({
      server: `http://visavox.${namespace}:80`,
      cacheClaim: 'packages',
    });
    const server = parseSettings(environmentOf(objects, 'visavox'), '/app');
    expect(server.allowedHosts).toContain(`visavox.${namespace}`);
    const policy = objects.find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'visavox',
    );
    expect(JSON.stringify(policy)).toContain('"kubernetes.io/metadata.name":"visavox-runs"');
  });

  it('tells the application by which provider users sign in, and keeps the secret in its Secret', () => {
    const objects = render(
      'production',
      ...['oidc.issuer=https://sso.example.org/realms/main', 'oidc.clientId=visavox'],
      ...[
        'oidc.existingSecret=visavox-oidc',
        'oidc.roles[0].value=/ml/admins',
        'oidc.roles[0].role=operator',
      ],
      ...['oidc.roles[1].value=ml-team', 'oidc.roles[1].role=data-scientist', 'oidc.defaultRole=viewer'],
    );
    const { oidc } = parseSettings(environmentOf(objects, 'visavox'), '/app');
    expect(oidc).toEqual({
      name: 'sso.example.org',
      client: {
        ...{ issuer: 'https://sso.example.org/realms/main', clientId: 'visavox', wantedClaim: 'groups' },
        ...{ clientSecret: 'from a secret', scopes: 'openid profile email' },
      },
      roles: {
        claim: 'groups',
        roles: [
          { value: '/ml/admins', role: 'operator' },
          { value: 'ml-team', role: 'data-scientist' },
        ],
        otherwise: 'viewer',
      },
    });
    expect(JSON.stringify(objects)).toContain('"secretKeyRef":{"name":"visavox-oidc","key":"client-secret"}');
    expect(parseSettings(environmentOf(render('production'), 'visavox'), '/app').oidc).toBeUndefined();
  });

  it('lets a predictor run as many threads as it may use processors', () => {
    const runtime = JSON.stringify(render('trial').find(({ kind }) => kind === 'ServingRuntime'));
    expect(runtime).toContain('"name":"VISAVOX_THREADS","valueFrom":{"resourceFieldRef"');
    expect(runtime).toMatch(/"resource":"limits.cpu"/);
  });

  it.each([
    ['7', '7'],
    ['20261128', '20261128'],
    ['1.10', '1.10'],
    ['main', 'main'],
    ['', '0.1.0'],
  ])('takes images.tag=%s as it is, also where Helm reads a number', (tag, expected) => {
    const images = render('trial', `images.tag=${tag}`).flatMap((object) => podOf(object)?.containers ?? []);
    expect(images.map(({ image }) => image)).toContain(`visavox-application:${expected}`);
  });

  it('lets helm test wait for as long as a model may take to come up', () => {
    const test = render('trial', 'serving.kserve.startLimitSeconds=777').find(
      ({ kind, metadata }) => kind === 'Pod' && metadata.name === 'visavox-test',
    );
    expect(JSON.stringify(test)).toContain('{"name":"WAIT_SECONDS","value":"777"}');
  });

  it('adds a key that an earlier version did not make', () => {
    const keys = render('trial').find(({ metadata }) => metadata.name === 'visavox-keys');
    expect(Object.keys(z.object({ data: z.record(z.string(), z.string()) }).parse(keys).data).sort()).toEqual(
      ['columns.key', 'objects.key', 'operator.token', 'tracking.key'],
    );
  });

  it.each([
    ['a setting that there is not', 'trial', 'aplication.replicas=3', 'aplication'],
    ['a bucket that is none', 'trial', 'objects.url=minio/visavox', 'objects'],
    ['no database', 'trial', 'trial.postgres.enabled=false', 'or trial.postgres.enabled'],
    ['keys that steps cannot have', 'trial', 'keys.existingSecret=mine', 'kubeflow.stepSecret'],
    ['an ingress without a name', 'trial', 'application.ingress.enabled=true', 'publicUrl'],
  ])('refuses %s', (_, values, set, message) => {
    expect(() => render(values, set)).toThrow(message);
  });
});
