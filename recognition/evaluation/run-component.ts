import { delimiter, resolve } from 'node:path';
import { SystemError } from '@visavox/core/errors';
import { type ExecutorInput, resolveCommand } from '@visavox/pipelines/executor-input';
import type { ComponentNode } from '@visavox/pipelines/nodes';
import { isParameterType } from '@visavox/pipelines/ports';
import { runProgram } from '../run-program.ts';
import { setupFolder } from '../setup-folder.ts';
import { stepSurroundings } from '../step-surroundings.ts';

const PROJECT = resolve(import.meta.dirname, '..', '..');

export interface ComponentCall {
  /** Of parameters the values, of artifacts the paths, by name. */
  readonly inputs: Readonly<Record<string, string | number>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** A line that it says meanwhile. */
  readonly onLine: (line: string) => void;
}

/** Runs a component of a pipeline here and now on files of the caller's. */
export async function runComponent(component: ComponentNode, call: ComponentCall): Promise<void> {
  const { path, environment } = stepSurroundings({ root: PROJECT, setup: setupFolder() });
  const [program = '', ...words] = resolveCommand([...component.command, ...component.args], {
    input: executorInput(component, call),
    ...{ taskName: component.name, runId: 'here', runName: 'here', root: '' },
    createdAt: new Date().toISOString(),
  });
  const { code, said } = await runProgram(program, words, {
    cwd: PROJECT,
    env: {
      ...process.env,
      ...environment,
      ...component.env,
      ...call.environment,
      PATH: [...path, process.env.PATH ?? ''].join(delimiter),
    },
    onLine: call.onLine,
  });
  if (code !== 0) throw new SystemError(`${component.name} ended with ${code}: ${said}`);
}

function executorInput({ inputs, outputs }: ComponentNode, call: ComponentCall): ExecutorInput {
  const isParameter = (name: string) => isParameterType(inputs[name]?.type ?? 'artifact');
  const artifact = (name: string, uri: string) => ({
    artifacts: [
      { name, uri, type: { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' }, metadata: {} },
    ],
  });
  const given = Object.entries(call.inputs);
  const wanted = Object.keys(outputs).map((name): [string, string] => {
    const path = call.outputs[name];
    if (path === undefined) throw new SystemError(`nothing says where ${name} is to be written`);
    return [name, path];
  });
  return {
    inputs: {
      parameterValues: Object.fromEntries(given.filter(([name]) => isParameter(name))),
      artifacts: Object.fromEntries(
        given
          .filter(([name]) => !isParameter(name))
          .map(([name, path]) => [name, artifact(name, String(path))]),
      ),
    },
    outputs: {
      parameters: Object.fromEntries(
        wanted
          .filter(([name]) => isParameterType(outputs[name] ?? 'artifact'))
          .map(([name, outputFile]) => [name, { outputFile }]),
      ),
      artifacts: Object.fromEntries(wanted.map(([name, path]) => [name, artifact(name, path)])),
      outputFile: '',
    },
  };
}
