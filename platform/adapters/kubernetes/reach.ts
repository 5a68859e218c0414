import { ApiException, KubeConfig } from '@kubernetes/client-node';
import { messageOf, UserError } from '@visavox/core/errors';

/** How this process talks to Kubernetes: KUBECONFIG, or the service account of its own pod. */
export function kubernetesFromEnvironment(): KubeConfig | undefined {
  const config = new KubeConfig();
  config.loadFromDefault();
  // Without any configuration the library names a server on this machine.
  return config.getCurrentCluster()?.server === 'http://localhost:8080' ? undefined : config;
}

/** Calls the API; what it answers to the call itself (`ApiException`) is the caller's, the rest says what to do. */
export async function reach<Answer>(config: KubeConfig, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiException && (error.code === 401 || error.code === 403))
      throw refused(config, error);
    if (error instanceof ApiException && error.code < 500) throw error;
    throw new UserError({
      kind: 'unavailable',
      code: 'kubernetes_unreachable',
      message: `Kubernetes at ${serverOf(config)} does not answer: ${reasonOf(error)}`,
      action: 'Check that it runs and that KUBECONFIG names the right one; then try again.',
      cause: error,
    });
  }
}

export const isNotFound = (error: unknown) => error instanceof ApiException && error.code === 404;
export const isConflict = (error: unknown) => error instanceof ApiException && error.code === 409;

/** The sentence of Kubernetes' own `Status` object, without the headers that the library prints around it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiException)) return messageOf(error);
  try {
    const { message } = JSON.parse(String(error.body)) as { message?: unknown };
    return typeof message === 'string' ? message : `it answered ${error.code}`;
  } catch {
    return `it answered ${error.code}`;
  }
}

function refused(config: KubeConfig, error: ApiException<unknown>): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'kubernetes_forbidden',
    message: `Kubernetes at ${serverOf(config)} refuses: ${reasonOf(error)}`,
    action: 'Give the service account of this process the right that is missing.',
    cause: error,
  });
}

const serverOf = (config: KubeConfig) => config.getCurrentCluster()?.server ?? 'an unknown address';
