import type { RunState } from '@visavox/core/run';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';

/** A kind of pipeline, what is to come of a run of it, and what its artifacts are to hold. */
export interface Shape {
  readonly name: string;
  readonly pipelineSpec: unknown;
  readonly state: RunState;
  /** What a run is given as its number: of those that share results, several have the same. */
  readonly numberOf: (index: number) => number;
  /** By task, for a run with that number. */
  readonly texts: (number: number) => Readonly<Record<string, string>>;
}

const ledger = { type: 'string' } as const;
const number = { type: 'number' } as const;

/** Killed twice at most, a task comes to its end. */
const retries = 4;

/** `part`: steps that are given the same may take each other's results, and are to make texts of their own. */
function step(name: string, mode: 'work' | 'fail' | 'fail-once', milliseconds: number) {
  return component({
    name,
    inputs: {
      ledger,
      number,
      part: { type: 'integer', default: 0 },
      before: { type: 'artifact', optional: true },
    },
    outputs: { text: 'artifact', loss: 'number' },
    command: ({ inputs, outputs, whenGiven }) => [
      ...['node', 'step.mjs', inputs.ledger, mode, String(milliseconds), inputs.number],
      ...[outputs.text.path, outputs.loss.path, whenGiven('before', [inputs.before.path])],
    ],
    retries: mode === 'fail' ? 0 : retries,
  });
}

const join = component({
  name: 'join',
  inputs: { ledger, number, parts: 'artifact[]' },
  outputs: { text: 'artifact', loss: 'number' },
  command: ({ inputs, outputs, executorInput }) => [
    ...['node', 'step.mjs', inputs.ledger, 'work', '50', inputs.number],
    ...[outputs.text.path, outputs.loss.path, executorInput],
  ],
  retries,
});

const parameters = { ledger: 'string', number: 'number' } as const;
const own = (index: number) => index;
const alone = (task: string) => (given: number) => ({ [task]: `${task} ${given}\n` });

const chain: Shape = {
  name: 'chain',
  state: 'succeeded',
  numberOf: own,
  pipelineSpec: compile(
    pipeline({ name: 'chaos-chain', parameters }, (p) => {
      const work = step('work', 'work', 150);
      const first = p.task(work, p.parameters, { name: 'first' });
      const second = p.task(work, { ...p.parameters, before: first.outputs.text }, { name: 'second' });
      p.task(work, { ...p.parameters, before: second.outputs.text }, { name: 'third' });
    }),
  ),
  texts: (given) => {
    const first = `first ${given}\n`;
    const second = `second ${given}\n${first}`;
    return { first, second, third: `third ${given}\n${second}` };
  },
};

const fanOut: Shape = {
  name: 'fan-out',
  state: 'succeeded',
  numberOf: own,
  pipelineSpec: compile(
    pipeline({ name: 'chaos-fan-out', parameters }, (p) => {
      const parts = p.forEach([1, 2, 3], { name: 'parts' }, (part) => ({
        text: p.task(step('part', 'work', 200), { ...p.parameters, part }).outputs.text,
      }));
      p.task(join, { ...p.parameters, parts: parts.collected.text });
    }),
  ),
  texts: (given) => {
    const parts = [0, 1, 2].map(
      (index) => [`parts/${index}/part`, `parts/${index}/part ${given}\n`] as const,
    );
    return { ...Object.fromEntries(parts), join: `join ${given}\n${parts.map(([, text]) => text).join('')}` };
  },
};

const retried: Shape = {
  name: 'retry',
  state: 'succeeded',
  numberOf: own,
  pipelineSpec: single('chaos-retry', 'stumble', 'fail-once', 100),
  texts: alone('stumble'),
};

const cached: Shape = {
  name: 'cached',
  state: 'succeeded',
  // Ten of a thousand do the work of a hundred.
  numberOf: (index) => index % 10,
  pipelineSpec: single('chaos-cached', 'known', 'work', 120),
  texts: alone('known'),
};

const failing: Shape = {
  name: 'failing',
  state: 'failed',
  numberOf: own,
  pipelineSpec: compile(
    pipeline({ name: 'chaos-failing', parameters }, (p) => {
      const broken = p.task(step('broken', 'fail', 100), p.parameters);
      p.task(step('never', 'work', 0), { ...p.parameters, before: broken.outputs.text });
    }),
  ),
  texts: () => ({}),
};

const canceled: Shape = {
  name: 'canceled',
  state: 'canceled',
  numberOf: own,
  pipelineSpec: single('chaos-canceled', 'endless', 'work', 600_000),
  texts: () => ({}),
};

/** Each trial is a run of its own. */
export const searched: Shape = {
  name: 'sweep',
  state: 'succeeded',
  numberOf: own,
  pipelineSpec: single('chaos-search', 'trial', 'work', 170),
  texts: alone('trial'),
};

export const trialsOfSweep = 2;

function single(
  name: string,
  task: string,
  mode: Parameters<typeof step>[1],
  milliseconds: number,
): Shape['pipelineSpec'] {
  return compile(
    pipeline({ name, parameters }, (p) => void p.task(step(task, mode, milliseconds), p.parameters)),
  );
}

/** Twenty runs, of which two are trials of a sweep. */
export const oneRound: readonly Shape[] = [
  ...[chain, cached, fanOut, retried, chain, failing, cached, canceled, searched, chain],
  ...[fanOut, retried, cached, chain, failing, retried, fanOut, cached, chain],
];

/** The shapes of so many runs, one after the other. */
export function shapesOf(runs: number): readonly Shape[] {
  const shapes: Shape[] = [];
  for (let left = runs; left > 0; ) {
    const next = oneRound[shapes.length % oneRound.length] ?? chain;
    const shape = next === searched && left < trialsOfSweep ? chain : next;
    shapes.push(shape);
    left -= shape === searched ? trialsOfSweep : 1;
  }
  return shapes;
}
