import type { KserveApi } from '@visavox/adapters/kserve/kserve-api';
import { openPlainObjectStore } from '@visavox/adapters/objects/open-object-store';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelHost } from '@visavox/core/ports';
import { InProcessModelHost } from '@visavox/serving/host/in-process-model-host';
import { RemoteModelHost } from '@visavox/serving/host/remote-model-host';
import type { KserveSettings } from './serving-settings.ts';
import type { PlatformSettings } from './settings.ts';

/** How long a process waits for a model that another one has brought up. */
const answerWithinMilliseconds = 5000;

/**
 * Where the networks of releases answer. Only who controls may start them elsewhere; a server calls what there is.
 * `environment`: tells the services on a cluster from those of another one in the same namespace.
 */
export async function openModelHost(
  settings: PlatformSettings,
  objects: ObjectStore,
  environment = 'none',
): Promise<ModelHost> {
  const { kserve } = settings;
  if (!kserve) return new InProcessModelHost({ objects });
  // Kubernetes' library is loaded only where it is used.
  const { nameOf } = await import('@visavox/adapters/kserve/inference-service');
  const remote = new RemoteModelHost({
    addressOf: (bundle, given) => kserve.addressOf(nameOf(bundle, given)),
    limitMilliseconds: answerWithinMilliseconds,
  });
  if (settings.role === 'server') return remote;
  const { KserveModelHost } = await import('@visavox/adapters/kserve/kserve-model-host');
  return new KserveModelHost({
    api: await kserveApi(kserve, environment),
    objects,
    models: await openPlainObjectStore({ url: kserve.models, s3: settings.objects.s3 }),
    remote,
    startLimitMilliseconds: kserve.startLimitSeconds * 1000,
  });
}

/** Throws a UserError `kubernetes_unset` where this process knows no Kubernetes. */
export async function kserveApi(kserve: KserveSettings, environment: string): Promise<KserveApi> {
  const { KserveApi } = await import('@visavox/adapters/kserve/kserve-api');
  const { kubernetesFromEnvironment } = await import('@visavox/adapters/kubernetes/reach');
  const config = kubernetesFromEnvironment();
  if (!config) {
    throw new UserError({
      kind: 'invalid',
      code: 'kubernetes_unset',
      message: 'VISAVOX_SERVING is kserve, and this process knows no Kubernetes',
      action: 'Set KUBECONFIG, or run it in a pod with a service account.',
    });
  }
  const { models, namespace, runtime, serviceAccount, replicas, secret } = kserve;
  return new KserveApi(config, {
    ...{ models, namespace, runtime, serviceAccount, replicas, secret, environment },
  });
}
