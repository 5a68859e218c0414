import { UserError } from '@visavox/core/errors';
import { z } from 'zod';

/** Kubeflow's ExecutorInput: what a container is told, `{{$}}` in its command. */
export interface RuntimeArtifact {
  readonly name: string;
  readonly uri: string;
  readonly type: { readonly schemaTitle: string; readonly schemaVersion: string };
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ExecutorInput {
  readonly inputs: {
    readonly parameterValues: Readonly<Record<string, unknown>>;
    readonly artifacts: Readonly<Record<string, { readonly artifacts: readonly RuntimeArtifact[] }>>;
  };
  readonly outputs: {
    readonly parameters: Readonly<Record<string, { readonly outputFile: string }>>;
    readonly artifacts: Readonly<Record<string, { readonly artifacts: readonly RuntimeArtifact[] }>>;
    readonly outputFile: string;
  };
}

/** Where an artifact lies: the local engine gives paths, Kubeflow's launcher mounts `s3://bucket/key` at `/s3/bucket/key`. */
export function localPath(uri: string): string {
  const match = /^(gs|s3|minio|file):\/\/(.*)$/.exec(uri);
  if (!match) return uri;
  const [, scheme, rest = ''] = match;
  return scheme === 'file' ? rest : `/${scheme === 'gs' ? 'gcs' : scheme}/${rest}`;
}

const ArtifactList = z.array(z.looseObject({ uri: z.string() }));
const ExecutorInputText = z.looseObject({
  inputs: z.looseObject({
    artifacts: z.record(z.string(), z.looseObject({ artifacts: ArtifactList })),
  }),
});

/**
 * For a step whose command has a list of artifacts: the paths in the text that stands for its input. The local
 * engine gives the list, Kubeflow's launcher knows no lists and gives all that the task was told.
 */
export function artifactPaths(text: string, input: string): readonly string[] {
  const given = z.union([ExecutorInputText, ArtifactList]).parse(JSON.parse(text));
  const list = Array.isArray(given) ? given : (given.inputs.artifacts[input]?.artifacts ?? []);
  return list.map(({ uri }) => localPath(uri));
}

/** What a container may write to `{{$.outputs.output_file}}`. */
export const ExecutorOutput = z.looseObject({
  parameterValues: z.record(z.string(), z.json()).optional(),
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        artifacts: z.array(
          z.looseObject({
            metadata: z.record(z.string(), z.unknown()).optional(),
            /** Where its bytes are, if not where they were asked for: kfp's `artifact.uri = …`. */
            uri: z.string().optional(),
            /** The same, and stronger: kfp's `artifact.set_path(…)`. */
            custom_path: z.string().optional(),
          }),
        ),
      }),
    )
    .optional(),
});
export type ExecutorOutput = z.infer<typeof ExecutorOutput>;
/** One artifact of an executor output. */
export type DescribedArtifact = NonNullable<ExecutorOutput['artifacts']>[string]['artifacts'][number];

/** What the words stand for that name a run and a task. */
export interface JobContext {
  readonly taskName: string;
  readonly runId: string;
  readonly runName: string;
  /** When the run was made, in ISO 8601. */
  readonly createdAt: string;
  readonly root: string;
  /** A folder that all tasks of the run share. */
  readonly workspace?: string;
}

export interface PlaceholderContext extends JobContext {
  readonly input: ExecutorInput;
}

/** A text, such as a constant argument, in which `{{$.pipeline_job_name}}` and its like are filled in; others stay. */
export function withJobWords(text: string, context: JobContext): string {
  const words = jobWords(context);
  return text.replace(/\{\{\$(\.\w+)\}\}/g, (whole, name: string) => words[name] ?? whole);
}

/** What Kubeflow calls a run, where people look for it: its pipeline's name, and what tells it from the others. */
export function jobName({ pipeline, id }: { readonly pipeline: string; readonly id: string }): string {
  return `${pipeline}-${id}`;
}

function jobWords({
  taskName,
  runId,
  runName,
  createdAt,
  root,
  workspace,
}: JobContext): Readonly<Record<string, string>> {
  return {
    '.pipeline_job_name': runName,
    '.pipeline_job_resource_name': jobName({ pipeline: runName, id: runId }),
    '.pipeline_job_uuid': runId,
    '.pipeline_job_create_time_utc': createdAt,
    '.pipeline_job_schedule_time_utc': createdAt,
    '.pipeline_task_name': taskName,
    '.pipeline_task_uuid': `${runId}/${taskName}`,
    '.pipeline_root': root,
    ...(workspace !== undefined && { '.workspace_path': workspace }),
  };
}

/** A container's words with everything filled in that stood for what is known only now. */
export function resolveCommand(words: readonly string[], context: PlaceholderContext): string[] {
  const { inputs } = context.input;
  const given = (input: string) => input in inputs.parameterValues || input in inputs.artifacts;
  return words.flatMap((word) => plainWords(word, given)).map((word) => filled(word, context));
}

const Structured: z.ZodType<Structure> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ Concat: z.array(Structured) }),
    z.object({
      IfPresent: z.object({
        InputName: z.string(),
        Then: z.union([Structured, z.array(Structured)]),
        Else: z.union([Structured, z.array(Structured)]).optional(),
      }),
    }),
  ]),
);
type Structure =
  | string
  | { Concat: Structure[] }
  | {
      IfPresent: {
        InputName: string;
        Then: Structure | Structure[];
        Else?: Structure | Structure[] | undefined;
      };
    };

/** kfp writes concatenated and conditional words as JSON: the words that they stand for. */
export function plainWords(word: string, given: (input: string) => boolean): string[] {
  if (!/^\{"(Concat|IfPresent)":/.test(word)) return [word];
  const words = (part: Structure | Structure[] | undefined): string[] => {
    if (part === undefined) return [];
    if (Array.isArray(part)) return part.flatMap(words);
    if (typeof part === 'string') return [part];
    if ('Concat' in part) return [part.Concat.flatMap(words).join('')];
    const { InputName, Then, Else } = part.IfPresent;
    return words(given(InputName) ? Then : Else);
  };
  return words(Structured.parse(JSON.parse(word)));
}

/** One pass, so that a value which looks like a placeholder stays a value. */
function filled(word: string, { input, ...job }: PlaceholderContext): string {
  const texts: Readonly<Record<string, string>> = {
    ...jobWords(job),
    '': JSON.stringify(input),
    '.outputs.output_file': input.outputs.outputFile,
    '.outputMetadataUri': input.outputs.outputFile,
  };
  return word.replace(/\{\{\$(.*?)\}\}/g, (whole, name: string) => {
    const found = texts[name] ?? portText(name, input);
    if (found === undefined) throw unknown(whole);
    return found;
  });
}

function portText(name: string, { inputs, outputs }: ExecutorInput): string | undefined {
  const match =
    /^\.(inputs|outputs)\.(parameters|artifacts)\['([^']+)'\](?:\.(\w+))?(?:\['([^']+)'\])?$/.exec(name);
  if (!match) return undefined;
  const [, side, kind, port = '', member, key] = match;
  if (side === 'inputs' && kind === 'parameters') return textOf(inputs.parameterValues[port]);
  if (side === 'outputs' && kind === 'parameters') return outputs.parameters[port]?.outputFile;
  const list = (side === 'inputs' ? inputs : outputs).artifacts[port];
  if (member === undefined)
    return JSON.stringify(
      (list?.artifacts ?? []).map((artifact) => ({ ...artifact, path: localPath(artifact.uri) })),
    );
  const artifact = list?.artifacts[0];
  if (!artifact) return side === 'inputs' ? '' : undefined;
  switch (member) {
    case 'path':
      return localPath(artifact.uri);
    case 'uri':
      return artifact.uri;
    case 'name':
      return artifact.name;
    case 'metadata':
      return textOf(key === undefined ? artifact.metadata : artifact.metadata[key]);
    default:
      return undefined;
  }
}

/** Texts as they are, all else as JSON; an optional input that was not given is empty. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unknown(placeholder: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'placeholder_unknown',
    message: `The command holds ${placeholder}, which stands for nothing that this task has.`,
    action: 'Name an input or output that the component declares.',
  });
}
