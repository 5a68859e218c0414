import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '@visavox/core/errors';
import { parse } from 'yaml';
import { z } from 'zod';

const Device = z.enum(['telephone', 'codecs', 'far-field', 'dim-camera', 'other-language', 'none']);

/** What `examples/scenarios/*.yaml` say. */
export const Scenario = z.strictObject({
  name: z.string().min(1),
  about: z.string().min(1),
  /** How many enrol, in how many waves. */
  people: z.number().int().min(4).max(500),
  waves: z.number().int().min(1).max(50),
  shift: z.strictObject({
    /** The first wave, counted from 1, in which people come in under the shift. */
    from: z.number().int().min(1),
    face: Device.default('none'),
    voice: Device.default('none'),
    /** Of those who enrolled before, so many sign in under the shift from then on. */
    returning: z.number().min(0).max(1).default(0),
  }),
  /** How many identities never enrol; error rates are measured on them after each wave. */
  heldOut: z.number().int().min(4).max(200),
  /** The false match rate at which false non-matches are counted. */
  fmr: z.number().gt(0).lt(0.5).default(0.001),
});
export type Scenario = z.infer<typeof Scenario>;

export async function readScenario(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError({
      kind: 'not-found',
      code: 'scenario_missing',
      message: `${path} cannot be read: ${messageOf(cause)}`,
      action: 'Name a file such as examples/scenarios/telephone.yaml.',
      cause,
    });
  }
  const parsed = Scenario.safeParse(yamlOf(text, path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(path, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function yamlOf(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw invalid(path, messageOf(cause));
  }
}

function invalid(path: string, reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'scenario_invalid',
    message: `${path} is no scenario: ${reason}`,
    action: 'Correct the file; those in examples/scenarios show what can be said.',
  });
}
