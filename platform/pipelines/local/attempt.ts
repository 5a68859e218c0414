import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ArtifactRecord, Bindings } from '@visavox/core/run';
import { z } from 'zod';
import { fetchArtifact, folderMediaType, isDataset, schemaTitle, storeArtifact } from '../artifacts.ts';
import { manifestPath } from '../dataset-folder.ts';
import {
  type DescribedArtifact,
  type ExecutorInput,
  ExecutorOutput,
  localPath,
  type RuntimeArtifact,
} from '../executor-input.ts';
import type { IrComponent } from '../ir.ts';
import { coerce } from '../parameters.ts';
import { type NotFinite, parsePythonJson } from '../python-json.ts';

/** What is known of an attempt before it runs; written to its folder. */
const AttemptNote = z.object({
  number: z.number().int().positive(),
  /** How many attempts before it failed; lost ones do not count. */
  failures: z.number().int().nonnegative(),
  startedAt: z.string(),
  /** After a restart of the machine, what a task wrote may be there in part: its result is not taken. */
  boot: z.string().nullable(),
});
export type AttemptNote = z.infer<typeof AttemptNote>;

export interface Attempt extends AttemptNote {
  readonly folder: string;
}

/** Makes the attempt's folder with its inputs in plain bytes, readable by this user only. */
export async function prepareAttempt(
  objects: ObjectStore,
  folder: string,
  note: AttemptNote,
  component: IrComponent,
  inputs: Bindings,
): Promise<Attempt> {
  // Prepared by an engine before this one, and never begun.
  if (existsSync(folder)) await rm(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  for (const [port, subfolder] of [
    ['artifacts', 'outputs'],
    ['parameters', 'parameters'],
  ] as const)
    if (component.outputDefinitions?.[port]) mkdirSync(join(folder, subfolder));
  for (const [name, artifacts] of Object.entries(inputs.artifacts))
    for (const [index, artifact] of artifacts.entries())
      await fetchArtifact(objects, artifact, inputPath(folder, name, index, artifacts.length));
  writeFileSync(join(folder, 'attempt.json'), JSON.stringify(note));
  return { ...note, folder };
}

/** A path that a step may have told as the address of an artifact, in whichever run of `runsFolder`. */
export function placeOfArtifact(
  runsFolder: string,
  path: string,
):
  | {
      readonly run: string;
      readonly task: string;
      readonly port: 'inputs' | 'outputs';
      readonly name: string;
      readonly index: number;
    }
  | undefined {
  if (!path.startsWith(`${runsFolder}/`)) return undefined;
  const below = path.slice(runsFolder.length + 1);
  const match = /^([^/]+)\/tasks\/([^/]+)~\d+\/(inputs|outputs)\/([^/]+)(?:\/(\d+))?$/.exec(below);
  if (!match) return undefined;
  const [, run = '', task = '', port, name = '', index = '0'] = match;
  return {
    ...{ run, name, index: Number(index) },
    task: task.replaceAll('.', '/'),
    port: port === 'inputs' ? 'inputs' : 'outputs',
  };
}

/** By task: the newest attempt that an engine before this one prepared, finished or not. */
export async function attemptsLeft(runFolder: string): Promise<ReadonlyMap<string, Attempt>> {
  const tasks = join(runFolder, 'tasks');
  const left = new Map<string, Attempt>();
  const names = await readdir(tasks).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const [, fileName = '', number] = /^(.*)~(\d+)$/.exec(name) ?? [];
    const task = fileName.replaceAll('.', '/');
    if (Number(number) < (left.get(task)?.number ?? 1)) continue;
    const folder = join(tasks, name);
    const note = await readNote(join(folder, 'attempt.json'));
    if (note) left.set(task, { ...note, folder });
  }
  return left;
}

export function attemptFolder(runFolder: string, task: string, attempt: number): string {
  return join(runFolder, 'tasks', `${fileName(task)}~${attempt}`);
}

export function logFile(runFolder: string, task: string, attempt: number): string {
  return join(runFolder, 'logs', `${fileName(task)}~${attempt}.log`);
}

/** The numbers of the attempts that have a log. */
export async function attemptsLogged(runFolder: string, task: string): Promise<readonly number[]> {
  const files = await readdir(join(runFolder, 'logs')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const prefix = `${fileName(task)}~`;
  return files
    .filter((file) => file.startsWith(prefix))
    .map((file) => Number.parseInt(file.slice(prefix.length), 10))
    .sort((a, b) => a - b);
}

/** Names of tasks hold no dots and no tildes: letters, digits, hyphens, underscores and slashes. */
export function fileName(task: string): string {
  return task.replaceAll('/', '.');
}

/** Undefined where its writing was interrupted: the attempt never ran then. */
async function readNote(file: string): Promise<AttemptNote | undefined> {
  const text = await readIfThere(file);
  try {
    return text === undefined ? undefined : AttemptNote.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function executorInput(component: IrComponent, inputs: Bindings, folder: string): ExecutorInput {
  const outputs = component.outputDefinitions ?? {};
  return {
    inputs: {
      parameterValues: inputs.parameters,
      artifacts: Object.fromEntries(
        Object.entries(inputs.artifacts).map(([name, artifacts]) => [
          name,
          {
            artifacts: artifacts.map((artifact, index) =>
              runtimeInput(artifact, inputPath(folder, name, index, artifacts.length)),
            ),
          },
        ]),
      ),
    },
    outputs: {
      parameters: Object.fromEntries(
        Object.keys(outputs.parameters ?? {}).map((name) => [
          name,
          { outputFile: join(folder, 'parameters', name) },
        ]),
      ),
      artifacts: Object.fromEntries(
        Object.entries(outputs.artifacts ?? {}).map(([name, { artifactType }]) => [
          name,
          {
            artifacts: [
              {
                name,
                uri: join(folder, 'outputs', name),
                type: { schemaTitle: schemaTitle(artifactType), schemaVersion: '0.0.1' },
                metadata: {},
              },
            ],
          },
        ]),
      ),
      outputFile: join(folder, 'executor_output.json'),
    },
  };
}

/** Where a dataset's manifest lies is told beside what is recorded of it: it is another place in each attempt. */
function runtimeInput(artifact: ArtifactRecord, path: string): RuntimeArtifact {
  return {
    name: artifact.name,
    uri: path,
    type: { schemaTitle: artifact.type, schemaVersion: '0.0.1' },
    metadata: isDataset(artifact)
      ? { ...artifact.metadata, manifest: manifestPath(path) }
      : artifact.metadata,
  };
}

interface OutputPlaces {
  /** Where the command ran: what it says of paths is relative to it. */
  readonly workingDirectory: string;
  /** Where a path leads; throws for what the engine must not read for a step. */
  readonly visible: (path: string) => Promise<string>;
}

/** Takes what a finished attempt wrote: artifacts into the object store, parameters from their files. */
export async function collectOutputs(
  objects: ObjectStore,
  component: IrComponent,
  input: ExecutorInput,
  places: OutputPlaces,
): Promise<Bindings> {
  const { visible } = places;
  const written = await readExecutorOutput(input.outputs.outputFile, visible);
  const parameters: Bindings['parameters'] = {};
  for (const [name, { parameterType }] of Object.entries(component.outputDefinitions?.parameters ?? {})) {
    const file = input.outputs.parameters[name]?.outputFile ?? '';
    const text = await readIfThere(file, visible);
    const raw = text ?? written.output.parameterValues?.[name];
    if (raw === undefined)
      throw outputFault(name, `the task did not write it to ${placeholder('parameters', name)}`);
    const notFinite =
      parameterType === 'STRING' ? undefined : notFiniteIn(text, written.notFinite.get(name), raw);
    if (notFinite) throw notFiniteFault(name, notFinite);
    const value = coerce(parameterType, raw);
    if (value === undefined)
      throw outputFault(
        name,
        `the task wrote ${JSON.stringify(String(raw).slice(0, 200))}, which is no ${parameterType}`,
      );
    parameters[name] = value;
  }
  const artifacts: Bindings['artifacts'] = {};
  for (const [name, { artifactType, isArtifactList }] of Object.entries(
    component.outputDefinitions?.artifacts ?? {},
  )) {
    const asked = input.outputs.artifacts[name]?.artifacts[0]?.uri ?? '';
    const described = written.output.artifacts?.[name]?.artifacts ?? [];
    const entries: readonly DescribedArtifact[] = isArtifactList ? described : described.slice(0, 1);
    const type = schemaTitle(artifactType);
    const list: ArtifactRecord[] = [];
    for (const entry of entries.length > 0 || isArtifactList ? entries : [{}]) {
      const path = await bytesOf(name, entry, { asked, type, ...places });
      const stored = await storeArtifact(objects, path, visible);
      list.push({
        ...{ name, type },
        digest: stored.digest,
        bytes: stored.bytes,
        metadata: { ...entry.metadata, ...(stored.isFolder && { mediaType: folderMediaType }) },
      });
    }
    // A container that is no kfp function writes no description of its list.
    if (isArtifactList && list.length === 0 && (await exists(asked)))
      throw outputFault(name, 'it is a list, and the executor output does not say what is in it');
    artifacts[name] = list;
  }
  return { parameters, artifacts };
}

/** Where an artifact's bytes are: where they were asked for, or where the step says that it put them. */
async function bytesOf(
  name: string,
  { uri, custom_path: custom }: DescribedArtifact,
  {
    asked,
    type,
    workingDirectory,
    visible,
  }: OutputPlaces & { readonly asked: string; readonly type: string },
): Promise<string> {
  const said = custom || uri || asked;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(said) && !said.startsWith('file://'))
    throw outputFault(name, `the task left it at ${said}, which this machine does not read`);
  const path = resolve(workingDirectory, localPath(said));
  if (await exists(path)) return visible(path);
  // Metrics are metadata; kfp writes no file for them.
  if (!type.endsWith('Metrics'))
    throw outputFault(
      name,
      path === resolve(workingDirectory, asked)
        ? `the task did not write it to ${placeholder('artifacts', name)}`
        : `the task says that it is at ${said}, where nothing is`,
    );
  await writeFile(asked, '');
  return asked;
}

function inputPath(folder: string, name: string, index: number, count: number): string {
  return count === 1 ? join(folder, 'inputs', name) : join(folder, 'inputs', name, String(index));
}

interface WrittenOutput {
  readonly output: ExecutorOutput;
  /** By parameter: what in it is no finite number. In the metadata of artifacts that is taken, as text. */
  readonly notFinite: ReadonlyMap<string, NotFinite>;
}

async function readExecutorOutput(file: string, visible: OutputPlaces['visible']): Promise<WrittenOutput> {
  const text = await readIfThere(file, visible);
  if (text === undefined) return { output: {}, notFinite: new Map() };
  const parsed = parsePythonJson(text);
  const output = ExecutorOutput.safeParse(parsed?.value);
  if (!parsed || !output.success) {
    throw new UserError({
      kind: 'invalid',
      code: 'executor_output_invalid',
      message: 'The task wrote an executor output that cannot be read.',
      action:
        'Write {"parameterValues": {…}, "artifacts": {"name": {"artifacts": [{"metadata": {…}}]}}} as JSON.',
      cause: output.error,
    });
  }
  const notFinite = new Map<string, NotFinite>();
  for (const { path, value } of parsed.notFinite) {
    const [part, name, ...inside] = path;
    if (part === 'parameterValues') notFinite.set(String(name), { path: inside, value });
  }
  return { output: output.data, notFinite };
}

/** What is no finite number in a parameter: as Python's JSON has it, or as the only word of a number's file. */
function notFiniteIn(
  text: string | undefined,
  written: NotFinite | undefined,
  raw: unknown,
): NotFinite | undefined {
  if (text === undefined && written) return written;
  const word = /^\s*([+-]?)(nan|inf|infinity)\s*$/i.exec(String(raw));
  if (word)
    return {
      path: [],
      value: /^n/i.test(word[2] ?? '') ? 'NaN' : word[1] === '-' ? '-Infinity' : 'Infinity',
    };
  return text === undefined ? undefined : parsePythonJson(text)?.notFinite[0];
}

function notFiniteFault(name: string, { path, value }: NotFinite): UserError {
  const where = path.length === 0 ? `The output ${name}` : `${path.join('.')} in the output ${name}`;
  return new UserError({
    kind: 'invalid',
    code: 'output_not_finite',
    message: `${where} is ${value}, which is no number in JSON; no parameter can hold it.`,
    action:
      'Write null or leave it out. A metrics artifact and MLflow take it: write it there, or as a string output.',
  });
}

async function readIfThere(
  file: string,
  visible: OutputPlaces['visible'] = async (path) => path,
): Promise<string | undefined> {
  return (await exists(file)) ? readFile(await visible(file), 'utf8') : undefined;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

function placeholder(kind: 'parameters' | 'artifacts', name: string): string {
  return kind === 'parameters'
    ? `outputs.parameters['${name}'].output_file`
    : `outputs.artifacts['${name}'].path`;
}

function outputFault(name: string, what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'output_invalid',
    message: `Its output ${name} is not there as declared: ${what}.`,
    action: 'Correct the step: it has to write every output that it declares before it ends.',
  });
}

let boot: Promise<string | null> | undefined;

/** Names this boot of the machine where the machine tells. */
export function bootId(): Promise<string | null> {
  boot ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => null, // other systems have no such file
  );
  return boot;
}
