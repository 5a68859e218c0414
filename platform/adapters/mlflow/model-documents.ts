import { z } from 'zod';
import type { MlflowClient } from './mlflow-client.ts';
import { stepClient } from './step-client.ts';

/** What MLflow's own database takes of a description. */
const DESCRIPTION_CHARACTERS = 5000;

const Version = z.object({ model_version: z.object({ run_id: z.string() }) });
const Run = z.object({ run: z.object({ info: z.object({ artifact_uri: z.string() }) }) });

/** Documents beside a model version's files, and words on its page, for people who know MLflow alone. */
export class MlflowModelDocuments {
  readonly #client: MlflowClient;

  constructor(client: MlflowClient) {
    this.#client = client;
  }

  /** May be repeated. `description` is Markdown; what MLflow has no room for is cut off. */
  async attach(
    { name, version }: { readonly name: string; readonly version: number },
    { description, files }: { readonly description: string; readonly files: ReadonlyMap<string, string> },
  ): Promise<void> {
    const query = { name, version: String(version) };
    const { model_version } = await this.#client.get('model-versions/get', query, Version);
    const { run } = await this.#client.get('runs/get', { run_id: model_version.run_id }, Run);
    for (const [path, content] of files)
      await this.#client.putArtifact(`${run.info.artifact_uri}/report/${path}`, Buffer.from(content));
    const shown =
      description.length <= DESCRIPTION_CHARACTERS
        ? description
        : `${description.slice(0, DESCRIPTION_CHARACTERS - 2)} …`;
    await this.#client.patch('model-versions/update', { ...query, description: shown }, z.unknown());
  }
}

/** As a pipeline's step sees them, by what its engine put into the environment. */
export function createModelDocuments(
  environment: Readonly<Record<string, string | undefined>>,
): MlflowModelDocuments {
  return new MlflowModelDocuments(stepClient(environment));
}
