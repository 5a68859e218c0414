import { canonicalJson } from './digest.ts';
import type { ArtifactRecord, Parameter, RunRecord, TaskRecord } from './run.ts';

/** One thing of two runs side by side; null where a run does not have it. */
export interface Pair<Value> {
  readonly name: string;
  readonly a: Value | null;
  readonly b: Value | null;
  readonly equal: boolean;
}

export interface RunComparison {
  readonly a: Pick<RunRecord, 'id' | 'pipeline' | 'engine' | 'state'>;
  readonly b: Pick<RunRecord, 'id' | 'pipeline' | 'engine' | 'state'>;
  /** Whether every artifact has the same bytes and every value is the same. */
  readonly identical: boolean;
  readonly pins: readonly Pair<Parameter>[];
  readonly tasks: readonly Pair<TaskRecord['state']>[];
  /** Digests of what tasks made: `train-face/head`; `…/0`, `…/1` where there are several. */
  readonly artifacts: readonly Pair<string>[];
  /** Numbers, texts and truths that tasks answered: `evaluate/comparison.metrics.0.candidate`. */
  readonly values: readonly Pair<string | number | boolean>[];
  /** Tasks that were given the same and made something else: what differs after them may follow from it. */
  readonly origins: readonly string[];
}

type Leaf = string | number | boolean;

/** Two runs, of whatever engine, side by side. Pure. */
export function compareRuns(a: RunRecord, b: RunRecord): RunComparison {
  const artifacts = pairs(artifactsOf(a), artifactsOf(b));
  const values = pairs(valuesOf(a), valuesOf(b));
  const tasks = pairs(statesOf(a), statesOf(b));
  const same = (pair: Pair<unknown>) => pair.equal;
  return {
    a: headOf(a),
    b: headOf(b),
    identical: artifacts.every(same) && values.every(same) && tasks.every(same),
    pins: [...pairs(pinsOf(a), pinsOf(b)), ...pairs(environmentsOf(a), environmentsOf(b))],
    tasks,
    artifacts,
    values,
    origins: originsOf(a, b),
  };
}

const headOf = ({ id, pipeline, engine, state }: RunRecord) => ({ id, pipeline, engine, state });
/** A result from the cache is that of a task that succeeded. */
const statesOf = (run: RunRecord) =>
  new Map(run.tasks.map(({ name, state, cached }) => [name, cached ? 'succeeded' : state]));

function pinsOf({ pins }: RunRecord): Map<string, Parameter> {
  const { pipeline, code, environment, datasets, parameters, seed } = pins;
  return new Map<string, Parameter>([
    ...Object.entries({ pipeline, code, environment, datasets, seed }),
    ...Object.entries(parameters).map(([name, value]) => [`parameter ${name}`, value] as const),
  ]);
}

/** Of the tasks that declare packages of their own. */
function environmentsOf({ tasks }: RunRecord): Map<string, Parameter> {
  return new Map(
    tasks.flatMap(({ name, environment }) =>
      environment ? [[`packages of ${name}`, environment.digest] as const] : [],
    ),
  );
}

function artifactsOf(run: RunRecord): Map<string, string> {
  return new Map(run.tasks.flatMap((task) => [...digestsOf(task.name, task.outputs.artifacts)]));
}

function* digestsOf(
  prefix: string,
  artifacts: Readonly<Record<string, readonly ArtifactRecord[]>>,
): Generator<[string, string]> {
  for (const [name, list] of Object.entries(artifacts))
    for (const [index, { digest }] of list.entries())
      yield [list.length > 1 ? `${prefix}/${name}/${index}` : `${prefix}/${name}`, digest];
}

function valuesOf(run: RunRecord): Map<string, Leaf> {
  return new Map(
    run.tasks.flatMap(({ name, outputs }) => [
      ...Object.entries(outputs.parameters).flatMap(([output, value]) =>
        leavesOf(`${name}/${output}`, value),
      ),
      ...Object.entries(outputs.artifacts).flatMap(([output, list]) =>
        list
          .filter(({ type }) => /metrics$/i.test(type))
          .flatMap(({ metadata }) => leavesOf(`${name}/${output}`, metadata))
          .filter(([, value]) => typeof value === 'number'),
      ),
    ]),
  );
}

function leavesOf(path: string, value: unknown): [string, Leaf][] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(`${path}.${key}`, inner));
}

/** In the order of `a`; what only `b` has comes last. */
function pairs<Value>(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): Pair<Value>[] {
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => {
    const [left, right] = [a.get(name) ?? null, b.get(name) ?? null];
    return { name, a: left, b: right, equal: canonicalJson(left) === canonicalJson(right) };
  });
}

function originsOf(a: RunRecord, b: RunRecord): string[] {
  const given = (task: TaskRecord) =>
    canonicalJson([task.inputs.parameters, Object.fromEntries(digestsOf('', task.inputs.artifacts))]);
  const made = (task: TaskRecord) =>
    canonicalJson([task.outputs.parameters, Object.fromEntries(digestsOf('', task.outputs.artifacts))]);
  const others = new Map(b.tasks.map((task) => [task.name, task]));
  return a.tasks
    .filter((task) => {
      const other = others.get(task.name);
      return other && given(task) === given(other) && made(task) !== made(other);
    })
    .map(({ name }) => name);
}
