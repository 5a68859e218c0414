import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';
import { findIsolation } from '@visavox/pipelines/local/isolation';
import type { ModelPrograms } from '@visavox/serving/host/model-programs';

interface Resources {
  /** Where environments are kept, by digest; shared with steps. */
  readonly environments: string;
  /** What set-up made; its Python and uv make the environments. */
  readonly setup: string;
  /** What no model is to read, as far as the machine can keep it from it, and where that is written down. */
  readonly hidden: readonly string[];
  readonly walls: string;
  readonly log: (text: string) => void;
}

/** What `requirements.txt` of a model may leave out, and serving needs. */
const always = ['mlflow', 'pandas'];

/** Programs in a model's own environment, which is made once of its requirements, behind the walls that steps have. */
export function modelPrograms({ environments: folder, setup, hidden, walls, log }: Resources): ModelPrograms {
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  const path = [join(setup, 'python', 'bin'), PATH].join(delimiter);
  const wall = async (command: readonly string[]) =>
    (await findIsolation()).wrap(command, { hidden, readOnly: [], walls });
  const environments = new Environments({
    ...{ folder, wall, environment: { HOME, PATH: path, ...toolSettings() } },
  });
  return {
    async python(words, model) {
      const installs = [
        {
          requirements: await requirementsOf(model.folder),
          ...{ withDependencies: true, indexUrls: [], trustedHosts: [], findLinks: [] },
        },
      ];
      const tell = async (text: string) => log(text);
      const resolved = await environments.resolve(
        { installs },
        { project: model.folder, anew: false, kept: undefined, log: tell },
      );
      if (resolved.language !== 'python') throw new Error('a model has an environment of Python');
      const { executable } = await environments.providePython(resolved, tell);
      return {
        command: await wall([executable, ...words]),
        environment: {
          ...{ PATH: path, HOME, LANG, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
          // Nothing is tracked from here.
          ...{ MLFLOW_TRACKING_URI: 'file:///nowhere', MLFLOW_DISABLE_TELEMETRY: 'true' },
        },
      };
    },
  };
}

/** Names with versions, one a line. Options are left out: where packages come from is a matter of this machine. */
async function requirementsOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'requirements.txt'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '';
    },
  );
  const given = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'));
  const named = new Set(given.map((line) => /^[\w.-]+/.exec(line)?.[0]?.toLowerCase()));
  return [...given, ...always.filter((name) => !named.has(name))];
}
