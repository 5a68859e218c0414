import { CoreV1Api, CustomObjectsApi, type KubeConfig, type V1Pod } from '@kubernetes/client-node';
import type { Digest } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import { isConflict, isNotFound, reach } from '../kubernetes/reach.ts';
import {
  type InferenceServiceOptions,
  InferenceServiceState,
  inferenceService,
  nameOf,
  replicasOf,
  resource,
  selectorOf,
} from './inference-service.ts';

/** InferenceServices of one environment, and the pods behind them. */
export class KserveApi {
  readonly #config: KubeConfig;
  readonly #objects: CustomObjectsApi;
  readonly #core: CoreV1Api;
  readonly #options: InferenceServiceOptions;

  constructor(config: KubeConfig, options: InferenceServiceOptions) {
    this.#config = config;
    this.#objects = config.makeApiClient(CustomObjectsApi);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#options = options;
  }

  /** False: there is one already. */
  async create(bundle: Digest, networks: readonly string[], settings?: ServingSettings): Promise<boolean> {
    const body = inferenceService(bundle, networks, this.#options, settings);
    const { namespace } = this.#options;
    try {
      await this.#reach(() => this.#objects.createNamespacedCustomObject({ ...resource, namespace, body }));
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  async get(bundle: Digest, settings?: ServingSettings): Promise<InferenceServiceState | undefined> {
    const { namespace } = this.#options;
    const name = nameOf(bundle, settings);
    try {
      const found = await this.#reach(() =>
        this.#objects.getNamespacedCustomObject({ ...resource, namespace, name }),
      );
      return InferenceServiceState.parse(found);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly InferenceServiceState[]> {
    const { namespace } = this.#options;
    const labelSelector = selectorOf(this.#options);
    const { items } = (await this.#reach(() =>
      this.#objects.listNamespacedCustomObject({ ...resource, namespace, labelSelector }),
    )) as { items: unknown[] };
    return items.map((item) => InferenceServiceState.parse(item));
  }

  async delete(bundle: Digest, settings?: ServingSettings): Promise<void> {
    const { namespace } = this.#options;
    try {
      await this.#reach(() =>
        this.#objects.deleteNamespacedCustomObject({
          ...resource,
          namespace,
          name: nameOf(bundle, settings),
        }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Whether as many of its servers answer as there shall be: KServe calls it ready at the first. */
  async complete(bundle: Digest, settings?: ServingSettings): Promise<boolean> {
    const answering = (await this.#pods(bundle, settings)).filter(
      ({ metadata, status }) =>
        !metadata?.deletionTimestamp &&
        status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    );
    return answering.length >= replicasOf(this.#options, settings).least;
  }

  /** The keys of the Secret that settings' secrets are taken from; none where there is no such Secret, null where it may not be read. */
  async secretKeys(): Promise<readonly string[] | null> {
    const { namespace, secret: name } = this.#options;
    try {
      const { data = {} } = await this.#reach(() => this.#core.readNamespacedSecret({ namespace, name }));
      return Object.keys(data);
    } catch (error) {
      if (isNotFound(error)) return [];
      if (error instanceof UserError && error.code === 'kubernetes_forbidden') return null;
      throw error;
    }
  }

  /** Why its pods do not run, in Kubernetes' words and those of the server in them; `lasting`: waiting will not mend it. */
  async trouble(
    bundle: Digest,
    settings?: ServingSettings,
  ): Promise<{ reason: string; lasting: boolean } | undefined> {
    for (const pod of await this.#pods(bundle, settings)) {
      const statuses = [
        ...(pod.status?.initContainerStatuses ?? []),
        ...(pod.status?.containerStatuses ?? []),
      ];
      for (const { name, state, restartCount } of statuses) {
        const { reason, message } = state?.waiting ?? {};
        if (!reason || reason === 'PodInitializing' || reason === 'ContainerCreating') continue;
        const said = await this.#lastWords(pod.metadata?.name ?? '', name);
        return {
          reason: [`the pod waits: ${reason}`, said ?? message].filter(Boolean).join(': '),
          lasting: reason === 'InvalidImageName' || (reason === 'CrashLoopBackOff' && restartCount >= 2),
        };
      }
      const unscheduled = pod.status?.conditions?.find(
        ({ type, status }) => type === 'PodScheduled' && status === 'False',
      );
      if (unscheduled) return { reason: `no node takes the pod: ${unscheduled.message}`, lasting: false };
    }
    return undefined;
  }

  async #pods(bundle: Digest, settings?: ServingSettings): Promise<readonly V1Pod[]> {
    const { namespace } = this.#options;
    const labelSelector = `serving.kserve.io/inferenceservice=${nameOf(bundle, settings)}`;
    const { items } = await this.#reach(() => this.#core.listNamespacedPod({ namespace, labelSelector }));
    return items;
  }

  /** The last line that a container wrote before it ended. */
  async #lastWords(pod: string, name: string): Promise<string | undefined> {
    const { namespace } = this.#options;
    try {
      const log = await this.#reach(() =>
        this.#core.readNamespacedPodLog({
          namespace,
          name: pod,
          container: name,
          previous: true,
          tailLines: 20,
        }),
      );
      const line = log.trim().split('\n').at(-1);
      return line && sentenceOf(line);
    } catch {
      // Never started, or gone meanwhile: Kubernetes' own reason has to do.
      return undefined;
    }
  }

  #reach<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    return reach(this.#config, call);
  }
}

/** A server's log line is JSON with a message. */
function sentenceOf(line: string): string {
  try {
    const { message } = JSON.parse(line) as { message?: unknown };
    return typeof message === 'string' ? message : line;
  } catch {
    return line;
  }
}
