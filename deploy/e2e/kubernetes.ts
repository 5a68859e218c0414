import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PortForward,
  type V1Pod,
} from '@kubernetes/client-node';

export type Namespaced = { readonly kind: string; readonly name: string };

/** What the end-to-end test does to a cluster, through KUBECONFIG. */
export class Cluster {
  readonly #config = new KubeConfig();
  readonly #core: CoreV1Api;

  constructor() {
    this.#config.loadFromDefault();
    this.#core = this.#config.makeApiClient(CoreV1Api);
  }

  get address(): string {
    return this.#config.getCurrentCluster()?.server ?? 'nowhere';
  }

  async createNamespace(name: string): Promise<void> {
    await this.#core.createNamespace({ body: { metadata: { name } } });
  }

  async deleteNamespace(name: string): Promise<void> {
    await this.#core.deleteNamespace({ name });
  }

  /** Running and ready pods, oldest first. */
  async pods(namespace: string, labelSelector: string): Promise<readonly V1Pod[]> {
    const { items } = await this.#core.listNamespacedPod({ namespace, labelSelector });
    const ready = items.filter(
      ({ metadata, status }) =>
        !metadata?.deletionTimestamp &&
        status?.phase === 'Running' &&
        status.containerStatuses?.every((container) => container.ready),
    );
    return ready.sort((a, b) => startOf(a) - startOf(b));
  }

  /** What keeps pods from being ready, one line a pod: why it waits, or what it said last before it ended. */
  async troubles(namespace: string): Promise<readonly string[]> {
    const { items } = await this.#core.listNamespacedPod({ namespace });
    const lines = await Promise.all(items.map((pod) => this.#troubleOf(namespace, pod)));
    return lines.flatMap((line) => line ?? []);
  }

  async #troubleOf(namespace: string, { metadata, status }: V1Pod): Promise<string | undefined> {
    const name = metadata?.name ?? '';
    const unscheduled = status?.conditions?.find(
      ({ type, status }) => type === 'PodScheduled' && status === 'False',
    );
    if (unscheduled) return `${name}: ${unscheduled.reason}: ${unscheduled.message}`;
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    for (const { name: container, state, lastState, restartCount } of containers) {
      const { reason, message } = state?.waiting ?? {};
      if (reason && reason !== 'ContainerCreating' && reason !== 'PodInitializing' && restartCount === 0)
        return `${name}: ${reason}: ${message ?? ''}`;
      if (!lastState?.terminated && !state?.terminated?.exitCode) continue;
      const previous = state?.terminated === undefined;
      const log = await this.#core
        .readNamespacedPodLog({ namespace, name, container, previous, tailLines: 3 })
        .catch(() => '');
      return `${name} ended (${restartCount} restarts): ${log.trim().replaceAll('\n', ' ').slice(-500)}`;
    }
    return undefined;
  }

  /** As a node that dies takes it along: at once, without a farewell. */
  async kill(namespace: string, pod: V1Pod): Promise<string> {
    const name = pod.metadata?.name ?? '';
    await this.#core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    return name;
  }

  async secret(namespace: string, name: string, key: string): Promise<string> {
    const { data } = await this.#core.readNamespacedSecret({ namespace, name });
    return Buffer.from(data?.[key] ?? '', 'base64')
      .toString('utf8')
      .trim();
  }

  /** What stands before the installation: `NAME:KEY=VALUE,…`; keys with a slash are annotations. */
  async createSecret(namespace: string, description: string): Promise<string> {
    const [, name = '', pairs = ''] = /^([^:]+):(.*)$/s.exec(description) ?? [];
    const entries = pairs
      .split(',')
      .map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)] as const);
    const isAnnotation = ([key]: readonly [string, string]) => key.includes('/');
    const body = {
      metadata: { name, annotations: Object.fromEntries(entries.filter(isAnnotation)) },
      stringData: Object.fromEntries(entries.filter((entry) => !isAnnotation(entry))),
    };
    await this.#core.createNamespacedSecret({ namespace, body });
    return name;
  }

  async deleteSecret(namespace: string, name: string): Promise<void> {
    await this.#core.deleteNamespacedSecret({ namespace, name });
  }

  /** A port of this machine that leads to some ready pod, chosen anew for each connection. */
  async forward(namespace: string, labelSelector: string, port: number): Promise<Forwarding> {
    const forwarder = new PortForward(this.#config);
    const podOf = new Map<Socket, string>();
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => podOf.delete(socket));
      void this.pods(namespace, labelSelector)
        .then(async (pods) => {
          const name = pods[Math.floor(Math.random() * pods.length)]?.metadata?.name;
          if (!name) throw new Error('no pod is ready');
          podOf.set(socket, name);
          await forwarder.portForward(namespace, name, [port], socket, null, socket);
        })
        .catch(() => socket.destroy());
    });
    // Nobody closes the connections of a pod that is gone.
    const watching = setInterval(async () => {
      const { items } = await this.#core
        .listNamespacedPod({ namespace, labelSelector })
        .catch(() => ({ items: null }));
      const present = new Set(items?.map(({ metadata }) => metadata?.name));
      for (const [socket, name] of podOf) if (items && !present.has(name)) socket.destroy();
    }, 1000);
    server.on('close', () => clearInterval(watching));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  async inferenceServices(namespace: string): Promise<readonly string[]> {
    const { items } = (await this.#config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
      ...{ group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices', namespace },
    })) as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  }

  /** Whatever an installation could have left behind; what Kubernetes puts into each namespace is left out. */
  async leftovers(namespace: string): Promise<readonly Namespaced[]> {
    const apps = this.#config.makeApiClient(AppsV1Api);
    const batch = this.#config.makeApiClient(BatchV1Api);
    const of = async (kind: string, list: Promise<{ items: { metadata?: { name?: string } }[] }>) =>
      (await list).items.map(({ metadata }) => ({ kind, name: metadata?.name ?? '' }));
    const all = await Promise.all([
      of('pod', this.#core.listNamespacedPod({ namespace })),
      of('service', this.#core.listNamespacedService({ namespace })),
      of('secret', this.#core.listNamespacedSecret({ namespace })),
      of('configmap', this.#core.listNamespacedConfigMap({ namespace })),
      of('claim', this.#core.listNamespacedPersistentVolumeClaim({ namespace })),
      of('service account', this.#core.listNamespacedServiceAccount({ namespace })),
      of('deployment', apps.listNamespacedDeployment({ namespace })),
      of('stateful set', apps.listNamespacedStatefulSet({ namespace })),
      of('job', batch.listNamespacedJob({ namespace })),
    ]);
    const services = (await this.inferenceServices(namespace)).map((name) => ({
      kind: 'inference service',
      name,
    }));
    return [...all.flat(), ...services].filter(
      ({ kind, name }) =>
        !(kind === 'configmap' && name === 'kube-root-ca.crt') &&
        !(kind === 'service account' && name === 'default'),
    );
  }
}

export interface Forwarding {
  readonly url: string;
  readonly server: Server;
}

function startOf(pod: V1Pod): number {
  return pod.metadata?.creationTimestamp?.getTime() ?? 0;
}
