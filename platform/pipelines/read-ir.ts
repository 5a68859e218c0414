import { UserError } from '@visavox/core/errors';
import { PipelineSpec } from './ir.ts';
import { findFault } from './ir-check.ts';
import { unknownFields } from './ir-unknown.ts';
import { at } from './place.ts';
import { readYaml } from './yaml-text.ts';

/** The value of a compiled pipeline's text, YAML or JSON; a second document is its `platforms`. */
export function readPipelineSpec(text: string): unknown {
  const { documents } = readYaml(text);
  const broken = documents.find(({ errors }) => errors.length > 0);
  if (documents.length === 0 || broken)
    throw invalid(`it is not YAML or JSON: ${broken?.errors[0]?.message ?? 'it is empty'}`);
  const [spec, settings] = documents.map((document) => document.toJS());
  return settings?.platforms ? { ...spec, platforms: settings.platforms } : spec;
}

/** Parses and checks a PipelineSpec; throws a UserError `pipeline_spec_invalid` that names the place. */
export function parsePipelineSpec(value: unknown): PipelineSpec {
  const parsed = PipelineSpec.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const given = typeof issue?.input === 'string' ? `, received "${issue.input.slice(0, 100)}"` : '';
    const place = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
    throw at(place, invalid(`at ${place.join('.') || 'the top'}: ${issue?.message}${given}`));
  }
  const fault = findFault(parsed.data);
  if (fault) throw at(fault.place, invalid(fault.message));
  // Others may be newer than what is known here; in our own an unknown field is a mistake.
  const [unknown] = parsed.data.sdkVersion?.startsWith('visavox') ? unknownFields(parsed.data) : [];
  if (unknown) throw at(unknown.split('.'), invalid(`the field ${unknown} is unknown`));
  return parsed.data;
}

function invalid(what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'pipeline_spec_invalid',
    message: `The pipeline cannot be read: ${what}.`,
    action:
      'Give a pipeline definition, or the YAML that the kfp SDK (2.x) or `compile` wrote, with container components.',
  });
}
