import { SystemError, UserError } from '@visavox/core/errors';
import { type ModelVersion, modelReference } from '@visavox/core/model';
import { getBlob, type ObjectStore } from '@visavox/core/object-store';
import type { ModelRegistry, RunStore } from '@visavox/core/ports';

/** The files of a report, by the output of the task that wrote them. */
const OUTPUTS = {
  'report.html': 'page',
  'rapport.html': 'page_fr',
  'model-card.md': 'card',
  'figures.json': 'figures',
} as const;
export type ReportFile = keyof typeof OUTPUTS;
export const reportFileNames = ['report.html', 'rapport.html', 'model-card.md', 'figures.json'] as const;

type Reported = Pick<ModelVersion, 'name' | 'version'>;

/** What the run that made a model version wrote about it. */
export class ModelReports {
  readonly #registry: Pick<ModelRegistry, 'list'>;
  readonly #runs: Pick<RunStore, 'get'>;
  readonly #objects: ObjectStore;

  constructor(resources: {
    registry: Pick<ModelRegistry, 'list'>;
    runs: Pick<RunStore, 'get'>;
    objects: ObjectStore;
  }) {
    this.#registry = resources.registry;
    this.#runs = resources.runs;
    this.#objects = resources.objects;
  }

  async file(reported: Reported, name: ReportFile): Promise<string> {
    const reference = modelReference(reported);
    const versions = await this.#registry.list(reported.name);
    const model = versions.find(({ version }) => version === reported.version);
    if (!model)
      throw new UserError({
        kind: 'not-found',
        code: 'unknown_model',
        message: `there is no model version ${reference}`,
        action: 'List the models to see their versions.',
      });
    const run = model.run === null ? undefined : await this.#runs.get(model.run);
    const [artifact] =
      run?.tasks.find((task) => task.name === 'report')?.outputs.artifacts[OUTPUTS[name]] ?? [];
    if (!artifact)
      throw new UserError({
        kind: 'not-found',
        code: 'report_missing',
        message: `no report was written about ${reference}: no run of the training pipeline made it, or it has not ended yet`,
        action: 'Measure it with `visavox evaluate --model REF --report FOLDER`.',
      });
    return Buffer.from(await getBlob(this.#objects, artifact.digest)).toString('utf8');
  }

  /** The figures as they are shown in a language: every plot with a text and a table. */
  async shown(reported: Reported, language: 'en' | 'fr') {
    // Drawing is asked for now and then, and is no part of the start.
    const [{ ReportFigures }, { plotsOf }, { summaryTable, championTable }, { words }] = await Promise.all([
      import('@visavox/recognition/evaluation/report/figures'),
      import('@visavox/recognition/evaluation/report/plots'),
      import('@visavox/recognition/evaluation/report/page'),
      import('@visavox/recognition/evaluation/report/words'),
    ]);
    const parsed = ReportFigures.safeParse(JSON.parse(await this.file(reported, 'figures.json')));
    if (!parsed.success)
      throw new SystemError(`the figures of ${modelReference(reported)} have another shape`);
    const said = words[language];
    const champion = championTable(parsed.data, said);
    return {
      model: parsed.data.lineage.model,
      title: said.title(parsed.data.lineage.model),
      tables: [
        { title: said.summary, ...summaryTable(parsed.data, said) },
        ...(champion ? [{ title: said.against, ...champion }] : []),
      ],
      plots: plotsOf(parsed.data, said),
      card: await this.file(reported, 'model-card.md'),
    };
  }
}
