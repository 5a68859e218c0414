import { component } from '../component.ts';
import type { PipelineBuilder } from '../definition.ts';
import type { Task } from '../handles.ts';
import type { Reference } from '../nodes.ts';
import type { DatasetVersionType, InputPorts } from '../ports.ts';
import { validationPackages, validationSource } from './program.ts';

const image = 'python:3.11';

/**
 * Checks a dataset version against rules: a schema of Pandera as YAML or JSON, given as a file of the project or as the text
 * itself. It succeeds whether they hold or not, so that the report is kept as an artifact either way.
 */
export const validateDataset = component({
  name: 'validate-dataset',
  image,
  environment: { packages: validationPackages },
  inputs: { data: 'dataset-version', rules: 'string' },
  outputs: { report: 'artifact', readable: 'markdown', passed: 'boolean' },
  command: ({ inputs, outputs }) => [
    ...['python3', '-c', validationSource(), '--data', inputs.data.path, '--rules', inputs.rules],
    ...[
      '--report',
      outputs.report.path,
      '--readable',
      outputs.readable.path,
      '--passed',
      outputs.passed.path,
    ],
  ],
});

const ending = `
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
print(report["text"])
sys.exit(0 if report["passed"] else "The dataset version breaks its rules; the pipeline stops here.")
`;

/** Fails with the report where the rules do not hold. */
export const requireValid = component({
  name: 'require-valid',
  image,
  inputs: { report: 'artifact' },
  command: ({ inputs }) => ['python3', '-c', ending, inputs.report.path],
  sources: [],
});

/**
 * Both, as steps of a pipeline: whatever comes `after` what this returns runs only where the rules hold.
 *
 * @example
 * p.task(train, { data: p.parameters.data }).after(requireRules(p, p.parameters.data, 'rules.yaml'));
 */
export function requireRules(
  p: Pick<PipelineBuilder<InputPorts>, 'task'>,
  data: Reference<DatasetVersionType>,
  rules: string | Reference<'string'>,
): Task<Record<never, never>> {
  const { report } = p.task(validateDataset, { data, rules }).outputs;
  return p.task(requireValid, { report });
}
