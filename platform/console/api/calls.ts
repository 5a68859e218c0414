import { answer, client } from './client.ts';
import type { paths } from './schema.ts';
import type { ModelVersion, Release, TraceKind } from './types.ts';

const withId = (id: string) => ({ params: { path: { id } } });

export const operatorState = () => answer(client.GET('/api/v1/operator/session'));
export const operatorSession = (token: string) =>
  answer(client.POST('/api/v1/operator/session', { body: { token } }));
export const passwordSession = (body: { name: string; password: string }) =>
  answer(client.POST('/api/v1/operator/session', { body }));
export const signOutOperator = () => answer(client.DELETE('/api/v1/operator/session'));

export const status = () => answer(client.GET('/api/v1/status'));

export const datasets = async () => (await answer(client.GET('/api/v1/datasets'))).datasets;

export type RunsWish = NonNullable<paths['/api/v1/runs']['get']['parameters']['query']>;
export const runPage = (query: RunsWish) => answer(client.GET('/api/v1/runs', { params: { query } }));
/** The newest ones. */
export const runs = async () => (await runPage({})).runs;
export const run = (id: string) => answer(client.GET('/api/v1/runs/{id}', withId(id)));
export const runCurves = (id: string) => answer(client.GET('/api/v1/runs/{id}/curves', withId(id)));
export const changeRun = (id: string, changes: { name: string | null; note: string | null }) =>
  answer(client.PATCH('/api/v1/runs/{id}', { ...withId(id), body: changes }));
export const cancelRun = (id: string) => answer(client.POST('/api/v1/runs/{id}/cancel', withId(id)));
export const resumeRun = (id: string) => answer(client.POST('/api/v1/runs/{id}/resume', withId(id)));
export const reproduceRun = (id: string) =>
  answer(client.POST('/api/v1/runs/{id}/reproduce', { ...withId(id), body: {} }));
/** Nothing was written: the client takes an empty text for none. */
export const taskLogs = async (id: string, task: string) =>
  (await answer<string | undefined>(
    client.GET('/api/v1/runs/{id}/tasks/{task}/logs', { params: { path: { id, task } }, parseAs: 'text' }),
  )) ?? '';

export const sweeps = async () => (await answer(client.GET('/api/v1/sweeps'))).sweeps;
export const sweep = (id: string) => answer(client.GET('/api/v1/sweeps/{id}', withId(id)));
export const steerSweep = (id: string, how: 'cancel' | 'resume') =>
  answer(client.POST(`/api/v1/sweeps/{id}/${how}`, withId(id)));

export const experiments = async () => (await answer(client.GET('/api/v1/experiments'))).experiments;
/** With how its evidence went. */
export const experiment = (id: string) =>
  answer(client.GET('/api/v1/experiments/{id}', { params: { path: { id }, query: { path: 'true' } } }));
export const stopExperiment = ({ id, reason }: { id: string; reason: string }) =>
  answer(client.POST('/api/v1/experiments/{id}/stop', { ...withId(id), body: { reason } }));

export const recurringPipelines = async () => (await answer(client.GET('/api/v1/pipelines'))).pipelines;
const ofPipeline = (name: string) => ({ params: { path: { name } } });
export const runRecurring = (name: string) =>
  answer(client.POST('/api/v1/pipelines/{name}/run', ofPipeline(name)));
export const pauseRecurring = ({ name, paused }: { name: string; paused: boolean }) =>
  answer(client.PATCH('/api/v1/pipelines/{name}', { ...ofPipeline(name), body: { paused } }));

/** A model in one of its environments. */
export interface Place {
  readonly model: string;
  readonly environment: string;
}
const at = ({ model, environment }: Place) => ({ path: { name: model }, query: { environment } });
export const trainingProgress = (place: Place) =>
  answer(client.GET('/api/v1/models/{name}/training', { params: at(place) }));
export const retrain = (place: Place) =>
  answer(client.POST('/api/v1/models/{name}/training', { params: at(place), body: {} }));
export const pauseTraining = ({ paused, ...place }: Place & { paused: boolean }) =>
  answer(client.PUT('/api/v1/models/{name}/training', { params: at(place), body: { paused } }));

export const models = () => answer(client.GET('/api/v1/models'));
export const releaseHistory = async ({ model, environment }: Place) =>
  (
    await answer(
      client.GET('/api/v1/models/{name}/release-history', {
        params: { path: { name: model }, query: { environment } },
      }),
    )
  ).events;
export const releases = async () => (await answer(client.GET('/api/v1/releases'))).releases;
export const rollBack = ({ model, environment }: Pick<Release, 'model' | 'environment'>) =>
  answer(client.POST('/api/v1/models/{name}/rollback', { params: at({ model, environment }) }));
export const propose = ({
  name: model,
  version,
  environment,
}: Pick<ModelVersion, 'name' | 'version'> & { environment: string }) =>
  answer(
    client.POST('/api/v1/models/{name}/releases', { params: at({ model, environment }), body: { version } }),
  );
export const promote = (id: string) => answer(client.POST('/api/v1/releases/{id}/promote', withId(id)));

export const environments = async () => (await answer(client.GET('/api/v1/environments'))).environments;
export const releaseSettings = (id: string) =>
  answer(client.GET('/api/v1/releases/{id}/settings', withId(id)));

export const approvals = async () =>
  (await answer(client.GET('/api/v1/approvals', { params: { query: { open: 'true' } } }))).approvals;
export const approval = (id: string) => answer(client.GET('/api/v1/approvals/{id}', withId(id)));
export const approve = (id: string) =>
  answer(client.POST('/api/v1/approvals/{id}/approve', { ...withId(id), body: {} }));
export const reject = ({ id, reason }: { id: string; reason: string }) =>
  answer(client.POST('/api/v1/approvals/{id}/reject', { ...withId(id), body: { reason } }));

export type AuditWish = NonNullable<paths['/api/v1/audit']['get']['parameters']['query']>;
export const auditPage = (query: AuditWish) => answer(client.GET('/api/v1/audit', { params: { query } }));
export const auditVerdict = () => answer(client.GET('/api/v1/audit/verify'));
export const auditExportAddress = (query: Readonly<Record<string, string>>) =>
  `/api/v1/audit/export?${new URLSearchParams(query)}`;

export const users = async () => (await answer(client.GET('/api/v1/users'))).users;

/** Of whoever is signed in; the secret is in the answer alone. */
export const createToken = (name: string) =>
  answer(client.POST('/api/v1/tokens', { body: { name, days: 90 } }));

export const trace = (kind: TraceKind, id: string) =>
  answer(client.GET('/api/v1/trace/{kind}/{id}', { params: { path: { kind, id } } }));
/** In the order of the flow of data. */
export const lineageKinds = async () =>
  (await answer(client.GET('/api/v1/lineage-kinds'))).kinds.map(({ name }) => name);

export const settings = () => answer(client.GET('/api/v1/settings'));

export const datasetItems = (digest: string, query: { find: string; start: number; limit: number }) =>
  answer(
    client.GET('/api/v1/datasets/{digest}/items', {
      params: {
        path: { digest },
        query: { start: query.start, limit: query.limit, ...(query.find && { find: query.find }) },
      },
    }),
  );
export const datasetDifference = (digest: string, query: { from: string; limit: number }) =>
  answer(client.GET('/api/v1/datasets/{digest}/difference', { params: { path: { digest }, query } }));
export const datasetProfile = (digest: string) =>
  answer(client.GET('/api/v1/datasets/{digest}/profile', { params: { path: { digest } } }));
export const profileDifference = (digest: string, from: string) =>
  answer(
    client.GET('/api/v1/datasets/{digest}/profile/difference', {
      params: { path: { digest }, query: { from } },
    }),
  );
export const datasetSplits = async (digest: string) =>
  (await answer(client.GET('/api/v1/datasets/{digest}/splits', { params: { path: { digest } } }))).splits;
export const datasetValidations = async (digest: string) =>
  (await answer(client.GET('/api/v1/datasets/{digest}/validations', { params: { path: { digest } } })))
    .validations;
export const datasetTombstones = async (name: string) =>
  (await answer(client.GET('/api/v1/dataset-tombstones', { params: { query: { name } } }))).tombstones;
export const itemAddress = (digest: string, key: string) =>
  `/api/v1/datasets/${encodeURIComponent(digest)}/items/${encodeURIComponent(key)}`;
export const datasetItem = (digest: string, key: string) =>
  answer(
    client.GET('/api/v1/datasets/{digest}/items/{key}', {
      params: { path: { digest, key } },
      parseAs: 'blob',
    }),
  );

type Version = Pick<ModelVersion, 'name' | 'version'>;
export const bundle = ({ name, version }: Version) =>
  answer(
    client.GET('/api/v1/models/{name}/versions/{version}/bundle', {
      params: { path: { name, version: String(version) } },
    }),
  );
export const bundleFileAddress = ({ name, version }: Version, file: string) =>
  `/api/v1/models/${encodeURIComponent(name)}/versions/${version}/files/${encodeURIComponent(file)}`;
export const register = ({ name, ...made }: { name: string; run: string; output: string }) =>
  answer(client.POST('/api/v1/models/{name}/versions', { params: { path: { name } }, body: made }));

const ofVersion = ({ name, version }: Version) => ({
  params: { path: { name, version: String(version) } },
});
export const modelDetails = (version: Version) =>
  answer(client.GET('/api/v1/models/{name}/versions/{version}/details', ofVersion(version)));
export const verifyModel = (version: Version) =>
  answer(client.POST('/api/v1/models/{name}/versions/{version}/verify', ofVersion(version)));
export const bomAddress = ({ name, version }: Version) =>
  `/api/v1/models/${encodeURIComponent(name)}/versions/${version}/bom`;
export const signatureAddress = ({ name, version }: Version) =>
  `/api/v1/models/${encodeURIComponent(name)}/versions/${version}/signature`;
export const modelComparison = (query: { a: string; b: string }) =>
  answer(client.GET('/api/v1/model-comparison', { params: { query } }));
export const modelAliases = (name: string) =>
  answer(client.GET('/api/v1/models/{name}/aliases', { params: { path: { name } } }));
