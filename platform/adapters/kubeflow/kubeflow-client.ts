import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { notKubeflow, refused, unreachable } from './faults.ts';

export interface KubeflowConnection {
  /** The API server, such as `http://ml-pipeline.kubeflow:8888`. */
  readonly url: string;
  /** Needed where Kubeflow has several users. */
  readonly namespace?: string | undefined;
  /** Read for each request, since tokens of service accounts are replaced while we run. */
  readonly token?: (() => Promise<string>) | undefined;
  /** For the header `kubeflow-userid`, where a proxy of ours vouches for it. */
  readonly user?: string | undefined;
}

/** `state` is missing for a moment after a run was made. */
const Run = z.looseObject({
  run_id: z.string(),
  display_name: z.string(),
  state: z.string().optional(),
  created_at: z.string().optional(),
  error: z.looseObject({ message: z.string().optional() }).nullish(),
  run_details: z
    .looseObject({
      task_details: z
        .array(
          z.looseObject({
            display_name: z.string().optional(),
            state: z.string().optional(),
            create_time: z.string().optional(),
            error: z.looseObject({ message: z.string().optional() }).nullish(),
          }),
        )
        .optional(),
    })
    .optional(),
});
export type KubeflowRun = z.infer<typeof Run>;
const Runs = z.looseObject({ runs: z.array(Run).optional() });
const Experiment = z.looseObject({ experiment_id: z.string() });
const Experiments = z.looseObject({ experiments: z.array(Experiment).optional() });

export interface NewRun {
  readonly name: string;
  readonly description: string;
  readonly experiment: string;
  readonly pipelineSpec: unknown;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly pipelineRoot?: string | undefined;
  readonly serviceAccount?: string | undefined;
  /** Kubeflow's own MLflow plug-in, where it has one, leaves this run to whoever submits it. */
  readonly trackedElsewhere: boolean;
}

const requestTimeoutMs = 30_000;

/** Kubeflow Pipelines' REST API, v2beta1, as far as an engine needs it. */
export class KubeflowClient {
  readonly #connection: KubeflowConnection;

  constructor(connection: KubeflowConnection) {
    this.#connection = { ...connection, url: connection.url.replace(/\/+$/, '') };
  }

  get url(): string {
    return this.#connection.url;
  }

  async createRun(run: NewRun): Promise<KubeflowRun> {
    const body = {
      display_name: run.name,
      description: run.description,
      experiment_id: await this.#experiment(run.experiment),
      pipeline_spec: run.pipelineSpec,
      runtime_config: {
        parameters: run.parameters,
        ...(run.pipelineRoot && { pipeline_root: run.pipelineRoot }),
      },
      ...(run.serviceAccount && { service_account: run.serviceAccount }),
    };
    const create = (more: object) => this.#ask(Run, 'POST', '/apis/v2beta1/runs', { ...body, ...more });
    if (!run.trackedElsewhere) return create({});
    try {
      return await create({ plugins_input: { mlflow: { disabled: true } } });
    } catch (error) {
      // A server before 2.17 has no plug-ins, and refuses what it does not know.
      const unknown = error instanceof UserError && error.code === 'kubeflow_refused';
      if (!unknown || !/unknown field.*plugins_input/.test(error.message)) throw error;
      return create({});
    }
  }

  /** The runs of this name, oldest first. */
  async findRuns(name: string): Promise<readonly KubeflowRun[]> {
    const query = this.#query({ filter: named(name), sort_by: 'created_at asc', page_size: '10' });
    return (await this.#ask(Runs, 'GET', `/apis/v2beta1/runs?${query}`)).runs ?? [];
  }

  getRun(id: string): Promise<KubeflowRun> {
    return this.#ask(Run, 'GET', `/apis/v2beta1/runs/${encodeURIComponent(id)}`);
  }

  async terminateRun(id: string): Promise<void> {
    await this.#ask(z.unknown(), 'POST', `/apis/v2beta1/runs/${encodeURIComponent(id)}:terminate`);
  }

  async retryRun(id: string): Promise<void> {
    await this.#ask(z.unknown(), 'POST', `/apis/v2beta1/runs/${encodeURIComponent(id)}:retry`);
  }

  async #experiment(name: string): Promise<string> {
    const query = this.#query({ filter: named(name), page_size: '1' });
    const find = async () =>
      (await this.#ask(Experiments, 'GET', `/apis/v2beta1/experiments?${query}`)).experiments?.[0];
    const found = await find();
    if (found) return found.experiment_id;
    const { namespace } = this.#connection;
    try {
      const made = await this.#ask(Experiment, 'POST', '/apis/v2beta1/experiments', {
        display_name: name,
        ...(namespace && { namespace }),
      });
      return made.experiment_id;
    } catch (error) {
      const other = await find(); // made by somebody else in between
      if (other) return other.experiment_id;
      throw error;
    }
  }

  #query(parameters: Record<string, string>): URLSearchParams {
    const { namespace } = this.#connection;
    return new URLSearchParams({ ...parameters, ...(namespace && { namespace }) });
  }

  async #ask<Answer>(
    schema: z.ZodType<Answer>,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    const { url, user } = this.#connection;
    const token = await this.#connection.token?.();
    let status: number;
    let text: string;
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        redirect: 'manual', // a login page is no answer
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...(user && { 'kubeflow-userid': user }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      status = answer.status;
      text = await answer.text();
    } catch (cause) {
      throw unreachable('Kubeflow', url, cause);
    }
    if (status >= 300 && status < 400) throw refused(url, 401, 'it leads to a page for signing in');
    const json = parsed(text);
    if (status >= 400) throw refused(url, status, said(json) ?? text);
    const answer = schema.safeParse(json ?? {});
    if (!answer.success)
      throw notKubeflow(url, answer.error.issues[0]?.message ?? 'its answer cannot be read');
    return answer.data;
  }
}

function named(name: string): string {
  return JSON.stringify({
    predicates: [{ operation: 'EQUALS', key: 'display_name', string_value: name }],
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Errors are `{code, message, details}`, those of uploads `{error_message}`. */
function said(json: unknown): string | undefined {
  const error = z
    .union([
      z.looseObject({ message: z.string() }).transform(({ message }) => message),
      z.looseObject({ error_message: z.string() }).transform(({ error_message }) => error_message),
    ])
    .safeParse(json);
  return error.success ? error.data : undefined;
}
