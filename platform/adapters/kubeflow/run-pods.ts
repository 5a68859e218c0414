import {
  ApiException,
  CoreV1Api,
  type KubeConfig,
  type V1ContainerStatus,
  type V1Pod,
} from '@kubernetes/client-node';
import { kubernetesFromEnvironment, reach } from '../kubernetes/reach.ts';

/** A pod of a run: a task's own, or Kubeflow's driver that prepares one. */
export interface RunPod {
  readonly name: string;
  /** Of a task's own pod: its execution in ML Metadata. */
  readonly execution: number | null;
  readonly phase: string;
  readonly createdAt: number;
  /** Why it has not started. */
  readonly waiting: string | null;
  /** How its command ended. */
  readonly ended: { readonly exitCode: number; readonly reason: string } | null;
}

/** The pods of runs, by Kubernetes' API: why one waits, how it ended, what it writes. */
export class RunPods {
  readonly #config: KubeConfig;
  readonly #api: CoreV1Api;
  readonly #namespace: string;

  constructor(config: KubeConfig, namespace: string) {
    this.#config = config;
    this.#api = config.makeApiClient(CoreV1Api);
    this.#namespace = namespace;
  }

  /** Where this process may talk to Kubernetes: KUBECONFIG, or the service account of its own pod. */
  static fromEnvironment(namespace: string): RunPods | undefined {
    const config = kubernetesFromEnvironment();
    return config && new RunPods(config, namespace);
  }

  /** Oldest first. */
  async list(kubeflowRun: string): Promise<readonly RunPod[]> {
    const { items } = await reach(this.#config, () =>
      this.#api.listNamespacedPod({
        namespace: this.#namespace,
        labelSelector: `pipeline/runid=${kubeflowRun}`,
      }),
    );
    return items.map(podOf).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** What its command wrote; undefined once the pod is gone, or where it has not started. */
  async log(pod: string): Promise<string | undefined> {
    try {
      return await reach(this.#config, () =>
        this.#api.readNamespacedPodLog({ namespace: this.#namespace, name: pod, container: 'main' }),
      );
    } catch (error) {
      if (error instanceof ApiException && (error.code === 404 || error.code === 400)) return undefined;
      throw error;
    }
  }
}

function podOf(pod: V1Pod): RunPod {
  const main = pod.spec?.containers.find(({ name }) => name === 'main');
  const words = [...(main?.command ?? []), ...(main?.args ?? [])];
  const id = words[words.indexOf('--execution_id') + 1];
  const execution = words.includes('--execution_id') ? Number(id) : Number.NaN;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const ended = statuses.find(({ name }) => name === 'main')?.state?.terminated;
  return {
    name: pod.metadata?.name ?? '',
    execution: Number.isInteger(execution) ? execution : null,
    phase: pod.status?.phase ?? 'Unknown',
    createdAt: pod.metadata?.creationTimestamp?.getTime() ?? 0,
    waiting: pod.status?.phase === 'Pending' ? whyWaiting(pod, statuses) : null,
    ended: ended ? { exitCode: ended.exitCode, reason: ended.reason ?? '' } : null,
  };
}

function whyWaiting(pod: V1Pod, statuses: readonly V1ContainerStatus[]): string {
  const unscheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  const waiting = statuses
    .map(({ state }) => state?.waiting)
    .filter((state) => state && state.reason !== 'PodInitializing')[0];
  const [reason, message] = unscheduled
    ? [unscheduled.reason, unscheduled.message]
    : [waiting?.reason, waiting?.message];
  return [reason ?? 'it is being set up', message].filter(Boolean).join(': ');
}
