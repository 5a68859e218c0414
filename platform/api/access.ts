import type { Role } from '@visavox/core/user';

/** Who may use a route, and as what the audit log names it. */
export interface Access {
  /** `anybody`: also who is not signed in. `step`: a step of a run, by a token of its own. */
  readonly least: Role | 'anybody' | 'step';
  /** What whoever uses it does, `what.how`; reading is not recorded. */
  readonly action?: string;
}

const anybody: Access = { least: 'anybody' };
const step: Access = { least: 'step' };
const reads: Access = { least: 'viewer' };
const audits: Access = { least: 'auditor' };
const develops = (action: string): Access => ({ least: 'data-scientist', action });
const operates = (action: string): Access => ({ least: 'operator', action });
/** Bytes under their own digest mean nothing until something names them, which is recorded. */
const sends: Access = { least: 'data-scientist' };
const oneself = (action: string): Access => ({ least: 'viewer', action });

/** Every route of the platform's API, and the least role that it needs. What is not here is answered to nobody. */
export const routeAccess: Readonly<Record<string, Access>> = {
  'GET /health': anybody,
  'GET /api/v1/operator/session': anybody,
  'POST /api/v1/operator/session': anybody,
  'DELETE /api/v1/operator/session': anybody,
  'GET /api/v1/operator/oidc': anybody,
  'GET /api/v1/operator/oidc/callback': anybody,

  'GET /api/v1/status': reads,
  'GET /api/v1/metrics': reads,
  'GET /api/v1/settings': reads,
  'GET /api/v1/me': reads,
  'PUT /api/v1/me/password': oneself('user.password'),

  'GET /api/v1/datasets': reads,
  'POST /api/v1/datasets': develops('dataset.save'),
  'GET /api/v1/datasets/{digest}': reads,
  'GET /api/v1/datasets/{digest}/verify': reads,
  'GET /api/v1/datasets/{digest}/items': reads,
  'GET /api/v1/datasets/{digest}/items/{key}': reads,
  'GET /api/v1/datasets/{digest}/difference': reads,
  'GET /api/v1/datasets/{digest}/profile': reads,
  'GET /api/v1/datasets/{digest}/profile/difference': reads,
  'GET /api/v1/datasets/{digest}/croissant': reads,
  // What is deleted is gone: an operator does that.
  'POST /api/v1/datasets/{digest}/deletion': operates('dataset.delete'),
  'GET /api/v1/dataset-tombstones': reads,
  'GET /api/v1/datasets/{digest}/splits': reads,
  'POST /api/v1/datasets/{digest}/splits': develops('dataset.split'),
  'GET /api/v1/datasets/{digest}/validations': reads,
  'POST /api/v1/datasets/{digest}/validations': develops('dataset.validate'),
  'POST /api/v1/code': sends,
  'POST /api/v1/blobs': sends,
  'POST /api/v1/blobs/missing': sends,
  'PUT /api/v1/blobs/{digest}': sends,
  'GET /api/v1/blobs/{digest}/parts': sends,
  'POST /api/v1/blobs/{digest}/parts': sends,
  'PUT /api/v1/blobs/{digest}/parts/{number}': sends,

  'GET /api/v1/runs': reads,
  'POST /api/v1/runs': develops('run.submit'),
  'GET /api/v1/runs/{id}': reads,
  'PATCH /api/v1/runs/{id}': develops('run.annotate'),
  'GET /api/v1/runs/{id}/difference': reads,
  'GET /api/v1/runs/{id}/curves': reads,
  'POST /api/v1/runs/{id}/cancel': develops('run.cancel'),
  'POST /api/v1/runs/{id}/resume': develops('run.resume'),
  'POST /api/v1/runs/{id}/reproduce': develops('run.reproduce'),
  'GET /api/v1/runs/{id}/tasks/{task}/logs': reads,
  'GET /api/v1/runs/{id}/tasks/{task}/outputs/{output}': reads,
  'GET /api/v1/runs/{id}/tasks/{task}/outputs/{output}/file': reads,
  'GET /api/v1/sweeps': reads,
  'POST /api/v1/sweeps': develops('sweep.start'),
  'GET /api/v1/sweeps/{id}': reads,
  'POST /api/v1/sweeps/{id}/cancel': develops('sweep.cancel'),
  'POST /api/v1/sweeps/{id}/resume': develops('sweep.resume'),

  'GET /api/v1/pipelines': reads,
  'PATCH /api/v1/pipelines/{name}': operates('pipeline.pause'),
  'POST /api/v1/pipelines/{name}/run': develops('pipeline.run'),

  'GET /api/v1/models': reads,
  'GET /api/v1/models/{name}/versions': reads,
  'POST /api/v1/models/{name}/versions': develops('model.register'),
  'GET /api/v1/models/{name}/versions/{version}': reads,
  'GET /api/v1/models/{name}/versions/{version}/bundle': reads,
  'GET /api/v1/models/{name}/versions/{version}/files/{file}': reads,
  'GET /api/v1/models/{name}/versions/{version}/details': reads,
  'GET /api/v1/models/{name}/versions/{version}/bom': reads,
  'GET /api/v1/models/{name}/versions/{version}/signature': reads,
  // It reads every byte, and changes nothing.
  'POST /api/v1/models/{name}/versions/{version}/verify': reads,
  'GET /api/v1/model-signing-key': reads,
  'GET /api/v1/model-comparison': reads,
  'GET /api/v1/models/{name}/aliases': reads,
  'PUT /api/v1/models/{name}/aliases/{alias}': develops('alias.set'),
  'DELETE /api/v1/models/{name}/aliases/{alias}': develops('alias.remove'),
  'GET /api/v1/models/{name}/training': reads,
  'PUT /api/v1/models/{name}/training': operates('training.pause'),
  // What comes of these is brought up or released: in the last environment of a model an operator has to ask for it.
  'POST /api/v1/models/{name}/training': develops('training.start'),
  'POST /api/v1/models/{name}/candidates': develops('candidate.judge'),
  'POST /api/v1/models/{name}/releases': develops('release.propose'),
  'GET /api/v1/releases': reads,
  'GET /api/v1/models/{name}/releases': reads,
  'GET /api/v1/models/{name}/release-history': reads,
  'POST /api/v1/releases/{id}/promote': operates('release.promote'),
  'POST /api/v1/models/{name}/rollback': operates('release.rollback'),
  'GET /api/v1/releases/{id}/settings': reads,
  'GET /api/v1/environments': reads,
  'GET /api/v1/models/{name}/environments/{environment}': reads,
  'GET /api/v1/models/{name}/environment-difference': reads,
  'GET /api/v1/approvals': reads,
  'GET /api/v1/approvals/{id}': reads,
  'POST /api/v1/approvals/{id}/approve': operates('approval.approve'),
  'POST /api/v1/approvals/{id}/reject': operates('approval.reject'),

  'GET /api/v1/experiments': reads,
  // What people are served in an environment depends on it.
  'POST /api/v1/experiments': operates('experiment.begin'),
  'GET /api/v1/experiments/{id}': reads,
  // An application asks and tells at each of its requests: the experiment keeps that itself.
  'POST /api/v1/experiments/{id}/exposures': { least: 'data-scientist' },
  'POST /api/v1/experiments/{id}/outcomes': { least: 'data-scientist' },
  'POST /api/v1/experiments/{id}/stop': operates('experiment.stop'),

  'GET /api/v1/trace/{kind}/{id}': reads,
  'GET /api/v1/lineage-kinds': reads,

  'GET /api/v1/users': audits,
  'POST /api/v1/users': operates('user.add'),
  'PATCH /api/v1/users/{name}': operates('user.edit'),
  'DELETE /api/v1/users/{name}': operates('user.remove'),
  'PUT /api/v1/operator/token': operates('operator-token.switch'),
  // One's own; those of others are the operators'.
  'GET /api/v1/tokens': reads,
  'POST /api/v1/tokens': oneself('token.create'),
  'DELETE /api/v1/tokens/{id}': oneself('token.revoke'),
  'GET /api/v1/audit': audits,
  'GET /api/v1/audit/export': audits,
  'GET /api/v1/audit/verify': audits,

  'GET /api/v1/steps/grant': step,
  'GET /api/v1/steps/blobs/{digest}': step,
  'GET /api/v1/steps/locks/{digest}': step,
  'PUT /api/v1/steps/locks/{digest}': step,
  'PUT /api/v1/steps/environment': step,
};

/** Throws where nobody has said who may use it: a server with such a route does not start. */
export function accessTo({ method, path }: { readonly method: string; readonly path: string }): Access {
  const name = `${method.toUpperCase()} ${path}`;
  const access = routeAccess[name];
  if (access) return access;
  throw new TypeError(`no role is named for ${name}: add it to routeAccess in access.ts`);
}
