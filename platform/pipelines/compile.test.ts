import { readFileSync } from 'node:fs';
import { canonicalJson } from '@visavox/core/digest';
import { describe, expect, it } from 'vitest';
import { compile, toYaml } from './compile.ts';
import { component, pipeline, text } from './definition.ts';
import { normalised } from './fixtures/normalised.ts';
import sumOfSquares from './fixtures/sum-of-squares.ts';
import { parsePipelineSpec, readPipelineSpec } from './read-ir.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

const echo = component({
  name: 'echo',
  inputs: { words: 'string' },
  outputs: { said: 'string', file: 'dataset' },
  command: ({ inputs, outputs }) => ['sh', '-c', 'echo "$0" > "$1"', inputs.words, outputs.said.path],
});

describe('compile', () => {
  it('means the same as what the kfp SDK compiles from the same pipeline', () => {
    const ours = compile(sumOfSquares);
    const theirs = parsePipelineSpec(readPipelineSpec(fixture('sum_of_squares.yaml')));
    expect(normalised(ours)).toEqual(normalised(theirs));
  });

  it('writes YAML that reads back as the same pipeline', () => {
    const spec = compile(sumOfSquares);
    expect(parsePipelineSpec(readPipelineSpec(toYaml(spec)))).toEqual(spec);
  });

  it('writes the sources of components beside the pipeline, where Kubeflow looks for none', () => {
    const fit = component({
      name: 'fit',
      command: ['python', 'fit.py'],
      sources: ['fit.py', 'configs/*.yaml'],
    });
    const spec = compile(pipeline({ name: 'sources' }, (p) => void p.task(fit)));
    const sources = { 'exec-fit': { sources: ['fit.py', 'configs/*.yaml'] } };
    expect(spec.platforms).toEqual({ visavox: { deploymentSpec: { executors: sources } } });
    expect(toYaml(spec).split('---\n')).toEqual([expect.not.stringContaining('visavox:'), expect.anything()]);
    expect(parsePipelineSpec(readPipelineSpec(toYaml(spec)))).toEqual(spec);
  });

  it.each(['/etc/passwd', '../other.py', 'a/../../b.py', '!a.py', ''])(
    'refuses the source "%s", which is none of the project',
    (source) => {
      expect(() => component({ name: 'fit', command: ['true'], sources: [source] })).toThrow(
        "no path from the project's folder",
      );
    },
  );

  it('gives the same pipeline for the same definition, and leaves the definition as it was', () => {
    expect(canonicalJson(compile(sumOfSquares))).toBe(canonicalJson(compile(sumOfSquares)));
    expect(Object.isFrozen(sumOfSquares.nodes)).toBe(true);
  });

  it("says secrets and a timeout in kfp-kubernetes' words, and the rest in a platform of our own", () => {
    const spec = compile(
      pipeline({ name: 'settings' }, (p) => {
        p.task(
          component({
            name: 'step',
            command: ['true'],
            environment: { requirements: 'requirements.txt' },
            secrets: { API_TOKEN: 'weather/token' },
            access: { tracking: true, objects: false },
            timeout: '10m',
          }),
        );
      }),
    );
    expect(spec.platforms).toEqual({
      kubernetes: {
        deploymentSpec: {
          executors: {
            'exec-step': {
              secretAsEnv: [
                {
                  secretName: 'weather',
                  secretNameParameter: { runtimeValue: { constant: 'weather' } },
                  keyToEnv: [{ secretKey: 'token', envVar: 'API_TOKEN' }],
                },
              ],
              activeDeadlineSeconds: '600',
            },
          },
        },
      },
      visavox: {
        deploymentSpec: {
          executors: {
            'exec-step': {
              environment: { requirements: 'requirements.txt' },
              access: { tracking: true },
            },
          },
        },
      },
    });
    expect(parsePipelineSpec(readPipelineSpec(toYaml(spec)))).toEqual(spec);
  });

  it('turns caching off for a task that asks for it', () => {
    const { tasks } = compile(sumOfSquares).root.dag;
    expect(tasks.add?.cachingOptions).toEqual({});
    expect(tasks['make-numbers']?.cachingOptions).toEqual({ enableCache: true });
  });

  it('carries values from outside through nested loops', () => {
    const spec = compile(
      pipeline({ name: 'nested', parameters: { greeting: 'string' } }, (p) => {
        const first = p.task(echo, { words: p.parameters.greeting });
        const outer = p.forEach(
          ['a', 'b'],
          { name: 'outer' },
          (a) =>
            p.forEach(
              ['x', 'y'],
              { name: 'inner' },
              (x) =>
                p.task(echo, { words: text`${p.parameters.greeting} ${first.outputs.said} ${a}${x}` })
                  .outputs,
            ).collected,
        );
        p.task(component({ name: 'gather', inputs: { files: 'dataset[]' }, command: ['true'] }), {
          files: outer.collected.file,
        });
      }),
    );
    const inner = spec.components['comp-for-loop-4']?.dag?.tasks['echo-2'];
    expect(inner?.inputs?.parameters?.words?.runtimeValue?.constant).toBe(
      "{{$.inputs.parameters['pipelinechannel--greeting']}} {{$.inputs.parameters['pipelinechannel--echo-said']}} " +
        "{{$.inputs.parameters['pipelinechannel--loop-item-param-1']}}{{$.inputs.parameters['pipelinechannel--loop-item-param-3']}}",
    );
    expect(spec.root.dag.tasks['for-loop-2']?.dependentTasks).toEqual(['echo']);
  });
});

describe('a wrong definition says what is wrong and where', () => {
  const attempt = (body: Parameters<typeof pipeline>[1]) => () => compile(pipeline({ name: 'wrong' }, body));

  it('a missing, an unknown and a wrongly typed input', () => {
    // @ts-expect-error: the compiler of TypeScript says so as well
    expect(attempt((p) => p.task(echo, {}))).toThrow('task echo lacks the input words');
    // @ts-expect-error
    expect(attempt((p) => p.task(echo, { words: 'a', more: 1 }))).toThrow(
      'is given more, which echo does not take',
    );
    // @ts-expect-error
    expect(attempt((p) => p.task(echo, { words: 3 }))).toThrow(
      'input words of task echo takes a string and is given 3',
    );
  });

  it('a reference of the wrong type', () => {
    const wrong = attempt((p) => {
      const first = p.task(echo, { words: 'a' });
      // @ts-expect-error: a dataset is no string
      p.task(echo, { words: first.outputs.file });
    });
    expect(wrong).toThrow('input words of task echo-2 takes a string and is given a dataset');
  });

  it('a cycle', () => {
    const wrong = attempt((p) => {
      const a = p.task(echo, { words: 'a' }, { name: 'a' });
      const b = p.task(echo, { words: 'b' }, { name: 'b' }).after(a);
      a.after(b);
    });
    expect(wrong).toThrow('the tasks of root wait for each other: a -> b -> a');
  });

  it('two tasks of one name', () => {
    const wrong = attempt((p) => {
      p.task(echo, { words: 'a' }, { name: 'twin' });
      p.task(echo, { words: 'b' }, { name: 'twin' });
    });
    expect(wrong).toThrow('two tasks are called twin');
  });

  it('a value of a loop used outside of it', () => {
    const wrong = attempt((p) => {
      let escaped:
        | ReturnType<typeof p.task<{ words: 'string' }, { said: 'string'; file: 'dataset' }>>
        | undefined;
      p.forEach(['x'], { name: 'loop' }, (x) => {
        escaped = p.task(echo, { words: x });
      });
      if (escaped) p.task(echo, { words: escaped.outputs.said });
    });
    expect(wrong).toThrow(
      'echo-2 uses echo-said, which exists only inside for-loop-2; use what the loop collects',
    );
  });

  it('a value of another pipeline', () => {
    let stranger: Parameters<Parameters<typeof pipeline<{ name: 'string' }>>[1]>[0] | undefined;
    pipeline({ name: 'other', parameters: { name: 'string' } }, (p) => {
      stranger = p;
    });
    const wrong = attempt((p) => stranger && p.task(echo, { words: stranger.parameters.name }));
    expect(wrong).toThrow('input words of task echo uses a value of another pipeline');
  });

  it('names that Kubeflow does not take', () => {
    expect(() => component({ name: 'My Step', command: ['true'] })).toThrow(
      '"My Step" is no name for a component',
    );
    expect(() => pipeline({ name: 'p', parameters: { data: 'dataset' } }, () => {})).toThrow(
      'parameter data has the type dataset',
    );
  });
});
