import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { component, pipeline } from './definition.ts';
import sumOfSquares from './fixtures/sum-of-squares.ts';
import type { PipelineNode } from './nodes.ts';
import { taskEdges } from './task-graph.ts';

const say = component({
  name: 'say',
  inputs: { word: { type: 'string', default: '' } },
  outputs: { said: 'string' },
  command: ({ inputs, outputs }) => ['sh', '-c', 'printf %s "$0" > "$1"', inputs.word, outputs.said.path],
});
const edges = (definition: PipelineNode, ...names: string[]) =>
  taskEdges(compile(definition), names)
    .map(({ from, to }) => `${from} > ${to}`)
    .sort();

describe('the graph of a run', () => {
  it('joins a task to the one that gives its value, however many give the same value', () => {
    const two = pipeline({ name: 'two' }, (p) => {
      p.task(say, {}, { name: 'first' });
      const second = p.task(say, {}, { name: 'second' });
      p.task(say, { word: second.outputs.said }, { name: 'third' });
      p.task(say, {}, { name: 'last' }).after(second);
    });
    expect(edges(two, 'first', 'second', 'third', 'last')).toEqual(['second > last', 'second > third']);
  });

  it('goes into a condition and a loop, and out of them', () => {
    const grouped = pipeline({ name: 'grouped' }, (p) => {
      const first = p.task(say, {}, { name: 'first' });
      p.when(first.outputs.said, '==', 'yes', () => {
        const inside = p.task(say, {}, { name: 'inside' });
        p.task(say, { word: inside.outputs.said }, { name: 'more' });
      });
      const each = p.forEach(['a', 'b'], { name: 'each' }, (item) => p.task(say, { word: item }).outputs);
      p.task(say, {}, { name: 'last' }).after(each);
    });
    const inside = ['condition-1/inside', 'condition-1/more'];
    const names = ['first', ...inside, 'each/0/say', 'each/1/say', 'last'];
    expect(edges(grouped, ...names)).toEqual([
      'condition-1/inside > condition-1/more',
      'each/0/say > last',
      'each/1/say > last',
      'first > condition-1/inside',
    ]);
  });

  it('has a loop as one task until its items are known', () => {
    const [make = '', add = ''] = ['make-numbers', 'add'];
    expect(edges(sumOfSquares, make, 'squares', add)).toEqual(['make-numbers > squares', 'squares > add']);
    expect(edges(sumOfSquares, make, 'squares/0/square', 'squares/1/square', add)).toEqual([
      'make-numbers > squares/0/square',
      'make-numbers > squares/1/square',
      'squares/0/square > add',
      'squares/1/square > add',
    ]);
  });
});
