import { UserError } from '@visavox/core/errors';

/** Away for now: what was asked for may be asked again. */
export function unreachable(what: string, url: string, cause: unknown): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'kubeflow_unreachable',
    message: `${what} at ${url} cannot be reached: ${innermost(cause)}.`,
    action: 'See whether it runs, and whether its address is right. What was begun goes on when it is back.',
    cause,
  });
}

/** An answer of Kubeflow's API that is no success. */
export function refused(url: string, status: number, said: string): UserError {
  const message = `Kubeflow at ${url} answered ${status}: ${said.slice(0, 500) || 'nothing'}`;
  switch (status) {
    case 401:
      return new UserError({
        kind: 'unauthenticated',
        code: 'kubeflow_unauthenticated',
        message,
        action: 'Give a valid token (KFP_TOKEN_FILE) or user (KFP_USER).',
      });
    case 403:
      return new UserError({
        kind: 'forbidden',
        code: 'kubeflow_forbidden',
        message,
        action: 'Let this user or service account create and read runs in the namespace (KFP_NAMESPACE).',
      });
    case 404:
      return new UserError({
        kind: 'not-found',
        code: 'kubeflow_not_found',
        message,
        action:
          'Point KFP_ENDPOINT at the API server of Kubeflow Pipelines 2, such as http://ml-pipeline:8888.',
      });
    case 409:
      return new UserError({
        kind: 'conflict',
        code: 'kubeflow_conflict',
        message,
        action: 'Try again.',
      });
    default:
      return new UserError({
        kind: status >= 500 || status === 429 ? 'unavailable' : 'invalid',
        code: status >= 500 || status === 429 ? 'kubeflow_failing' : 'kubeflow_refused',
        message,
        action:
          status >= 500 || status === 429
            ? 'See the log of its API server. What was begun goes on when it answers again.'
            : 'Correct what its message names.',
      });
  }
}

/** An answer that no Kubeflow gives: a login page, another service. */
export function notKubeflow(url: string, what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'kubeflow_wrong_url',
    message: `${url} does not answer as Kubeflow Pipelines does: ${what}.`,
    action: 'Point KFP_ENDPOINT at the API server of Kubeflow Pipelines 2, such as http://ml-pipeline:8888.',
  });
}

/** The reason under `fetch failed`. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors[0]) return innermost(error.errors[0]);
  return error.cause === undefined ? error.message : innermost(error.cause);
}
