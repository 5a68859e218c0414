import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { findProgram } from './environments/tool.ts';

/** Where a project says nothing of its Python, a pipeline is compiled with this version of the SDK. */
const KFP = 'kfp==2.17.0';

/** What the program below says where it cannot compile. */
const Fault = z.object({ code: z.string(), message: z.string(), action: z.string() });

interface Compiling {
  /** The name of a pipeline in the file, where it has several. */
  readonly pipeline?: string | undefined;
  /** The folder of the file's project: its Python is looked for from the file up to there. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * The YAML of a pipeline that is written with the kfp SDK. Its file is run by the Python of its project, since it imports what
 * the project has: the active virtual environment, else `.venv` beside it or above, else the project that `uv` knows by its
 * `pyproject.toml`, else an environment that `uv` makes with the SDK alone. Throws UserErrors that say what to do.
 */
export async function compilePython(file: string, options: Compiling): Promise<string> {
  const path = resolve(file);
  if (!existsSync(path))
    throw fault({
      code: 'pipeline_unreadable',
      message: `${file} does not exist`,
      action: 'Give the file of a pipeline.',
    });
  const python = await pythonOf(path, options);
  options.log(`compiling with ${python.described}`);
  const folder = await mkdtemp(join(tmpdir(), 'visavox-compile-'));
  try {
    const [compiled, said] = [join(folder, 'pipeline.yaml'), join(folder, 'fault.json')];
    const ended = await run(
      [...python.command, '-c', PROGRAM, path, options.pipeline ?? '', compiled, said],
      options,
    );
    if (ended.code === 0) return await readFile(compiled, 'utf8');
    const told = await readFile(said, 'utf8').catch(() => null);
    if (told !== null) throw fault(Fault.parse(JSON.parse(told)));
    throw fault({
      code: 'pipeline_not_compiled',
      message: `${file} was not compiled: ${python.described} ended with ${ended.code ?? ended.signal}${ended.last ? `: ${ended.last}` : ''}`,
      action: `Try it yourself: ${python.command.join(' ')} ${file}`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Python {
  readonly command: readonly string[];
  readonly described: string;
}

async function pythonOf(
  file: string,
  { project, environment }: Pick<Compiling, 'project' | 'environment'>,
): Promise<Python> {
  const active = environment.VIRTUAL_ENV;
  if (active && existsSync(interpreterIn(active)))
    return { command: [interpreterIn(active)], described: `the active environment ${active}` };
  for (const folder of upTo(project, dirname(file))) {
    const own = join(folder, '.venv');
    if (existsSync(interpreterIn(own))) return { command: [interpreterIn(own)], described: own };
  }
  const uv = await uvOf(project, environment);
  const managed = upTo(project, dirname(file)).find((folder) => existsSync(join(folder, 'pyproject.toml')));
  if (managed && uv)
    return {
      command: [uv, 'run', '--quiet', '--project', managed, 'python'],
      described: `the project ${managed}`,
    };
  if (uv) return { command: [uv, 'run', '--quiet', '--no-project', '--with', KFP, 'python'], described: KFP };
  throw fault({
    code: 'python_missing',
    message: `there is no Python for ${file}: no active virtual environment, no .venv, and no uv`,
    action: `Make one: python3 -m venv .venv && .venv/bin/pip install ${KFP}. Or install uv.`,
  });
}

const interpreterIn = (environment: string) =>
  process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');

/** From a folder up to another one that it lies in. */
function upTo(last: string, first: string): string[] {
  const folders = [first];
  for (let folder = first; folder !== last && dirname(folder) !== folder; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

/** On the PATH, or where the set-up of this machine's platform has put it. */
function uvOf(project: string, { PATH = '', VISAVOX_SETUP }: NodeJS.ProcessEnv): Promise<string | undefined> {
  const setups = [VISAVOX_SETUP, join(project, '.visavox', 'setup')].flatMap((setup) =>
    setup ? [join(setup, 'python', 'bin')] : [],
  );
  return findProgram('uv', [PATH, ...setups].join(delimiter));
}

/** What it prints is the user's, and goes to the terminal as it comes. */
async function run(
  [command = '', ...words]: readonly string[],
  { environment, log }: Pick<Compiling, 'environment' | 'log'>,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; last: string }> {
  const child = spawn(command, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim()) last = line.trim();
      log(line);
    });
  const [code, signal] = await once(child, 'close');
  return { code, signal, last };
}

function fault(told: z.infer<typeof Fault>): UserError {
  return new UserError({ kind: 'invalid', ...told });
}

/** Arguments: the file, the pipeline's name or nothing, where the YAML goes, where a fault goes. */
const PROGRAM = `
import importlib.util, json, os, sys, traceback

path, wanted, compiled, told = sys.argv[1:5]

def refuse(code, message, action):
    with open(told, "w") as file:
        json.dump({"code": code, "message": message, "action": action}, file)
    sys.exit(1)

def last_of(error):
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    at = f"{path}:{error.lineno}" if isinstance(error, SyntaxError) and error.filename == path else (
        f"{path}:{frames[-1].lineno}" if frames else path)
    return f"{at}: {type(error).__name__}: {error}"

try:
    from kfp import compiler
    from kfp.dsl import base_component, graph_component
except ImportError as error:
    refuse("kfp_missing", f"the Python {sys.executable} has no kfp: {error}",
           "Install it there: pip install kfp, or uv add kfp.")

sys.path.insert(0, os.path.dirname(path))
sys.dont_write_bytecode = True
name = os.path.splitext(os.path.basename(path))[0]
try:
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
except SystemExit as error:
    refuse("pipeline_not_compiled", f"{path} ended by itself with {error.code}",
           'Put what is not the definition under if __name__ == "__main__".')
except BaseException as error:
    refuse("pipeline_not_compiled", last_of(error), "Correct the file, then run it again.")

values = {id(value): value for value in vars(module).values() if isinstance(value, base_component.BaseComponent)}
pipelines = [value for value in values.values() if isinstance(value, graph_component.GraphComponent)]
components = [value for value in values.values() if not isinstance(value, graph_component.GraphComponent)]

def parts_of(pipeline):
    return {key.removeprefix("comp-") for key in pipeline.pipeline_spec.components}

found = pipelines or components
if wanted:
    found = [value for value in values.values() if value.name == wanted or getattr(module, wanted, None) is value]
elif len(found) > 1:
    used = {part for pipeline in pipelines for part in parts_of(pipeline)}
    found = [value for value in found if value.name not in used] or found
names = ", ".join(sorted(value.name for value in (pipelines or components)))
if not found:
    refuse("no_pipeline", f"{path} has no pipeline" + (f" {wanted}" if wanted else ""),
           f"Name one of {names}." if names else "Decorate a function with @dsl.pipeline.")
if len(found) > 1:
    refuse("several_pipelines", f"{path} has several pipelines: {names}", "Choose one by --pipeline NAME.")
try:
    compiler.Compiler().compile(found[0], compiled)
except BaseException as error:
    refuse("pipeline_not_compiled", last_of(error), "Correct the file, then run it again.")
`;
