import { digestOf } from '@visavox/core/digest';
import type { PipelineEngine } from '@visavox/core/ports';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { component, pipeline, text } from './definition.ts';
import { requestFor } from './testing.ts';

export interface EngineUnderTest {
  readonly engine: PipelineEngine;
  /** An image with a POSIX shell, for engines that start containers. */
  readonly image?: string;
  /** How long a small run may take. */
  readonly timeoutMs?: number;
  close(): Promise<void>;
}

/** What every engine promises. Each adapter's test calls this with a factory that gives an engine of its own. */
export function pipelineEngineContract(make: () => Promise<EngineUnderTest>): void {
  describe('pipeline engine contract', () => {
    let test: EngineUnderTest;
    beforeEach(async () => {
      test = await make();
    });
    afterEach(() => test.close());

    const shell = (name: string, script: string) =>
      component({
        name,
        image: test.image ?? 'busybox',
        inputs: { word: { type: 'string', default: '-' } },
        outputs: { said: 'string', file: 'dataset' },
        command: ({ inputs, outputs }) => [
          'sh',
          '-c',
          script,
          inputs.word,
          outputs.said.path,
          outputs.file.path,
        ],
      });
    const say = () => shell('say', 'printf %s "$0" > "$1"; printf %s "$0" > "$2"; echo "said $0"');

    async function finished(id: string): Promise<RunRecord> {
      await expect
        .poll(async () => isFinished((await test.engine.get(id)).state), {
          timeout: test.timeoutMs ?? 30_000,
        })
        .toBe(true);
      return test.engine.get(id);
    }
    const task = (run: RunRecord, name: string) => run.tasks.find((found) => found.name === name);

    it('runs tasks in order and records their inputs, outputs and pins', async () => {
      const definition = pipeline({ name: 'contract', parameters: { word: 'string' } }, (p) => {
        const first = p.task(say(), { word: p.parameters.word }, { name: 'first' });
        p.task(say(), { word: text`${first.outputs.said}!` }, { name: 'second' });
      });
      const request = requestFor(definition, { parameters: { word: 'hello' }, seed: 5, useCache: false });
      const run = await finished(await test.engine.submit(request));
      expect(run).toMatchObject({
        id: request.id,
        state: 'succeeded',
        pipeline: 'contract',
        pins: { parameters: { word: 'hello' }, seed: 5 },
      });
      expect(task(run, 'second')).toMatchObject({
        state: 'succeeded',
        inputs: { parameters: { word: 'hello!' } },
        outputs: { parameters: { said: 'hello!' } },
      });
      expect(task(run, 'second')?.outputs.artifacts.file?.[0]).toMatchObject({
        digest: digestOf('hello!'),
        bytes: 6,
        type: 'system.Dataset',
      });
      expect(await test.engine.logs(run.id, 'first')).toContain('said hello');
    });

    it('collects what the iterations of a loop gave', async () => {
      const definition = pipeline({ name: 'contract-loop' }, (p) => {
        const each = p.forEach(
          ['a', 'b', 'c'],
          { name: 'each' },
          (letter) => p.task(say(), { word: letter }).outputs,
        );
        p.task(
          component({
            name: 'join',
            image: test.image ?? 'busybox',
            inputs: { words: 'list' },
            outputs: { all: 'string' },
            command: ({ inputs, outputs }) => [
              'sh',
              '-c',
              'printf %s "$0" > "$1"',
              inputs.words,
              outputs.all.path,
            ],
          }),
          { words: each.collected.said },
        );
      });
      const run = await finished(await test.engine.submit(requestFor(definition, { useCache: false })));
      expect(run.state).toBe('succeeded');
      expect(task(run, 'each/1/say')?.outputs.parameters.said).toBe('b');
      expect(JSON.parse(String(task(run, 'join')?.outputs.parameters.all))).toEqual(['a', 'b', 'c']);
    });

    it('tells a command its run and its optional inputs, and takes what it says about its artifacts', async () => {
      const telling = component({
        name: 'telling',
        image: test.image ?? 'busybox',
        inputs: { left: { type: 'string', optional: true }, right: { type: 'string', optional: true } },
        outputs: { run: 'string', words: 'string', folder: 'model', quality: 'metrics' },
        command: ({ outputs, runId, executorOutput, inputs, whenGiven }) => [
          ...['sh', '-c'],
          'printf %s "$0" > "$1"; out=$2; mkdir -p "$3/deep"; printf a > "$3/deep/a"; mkdir -p "$(dirname "$4")"; ' +
            'echo \'{"artifacts": {"quality": {"artifacts": [{"metadata": {"accuracy": 0.5}}]}}}\' > "$4"; ' +
            'shift 4; printf %s "$*" > "$out"',
          ...[runId, outputs.run.path, outputs.words.path, outputs.folder.path, executorOutput],
          ...[whenGiven('left', ['left', inputs.left]), whenGiven('right', ['right', inputs.right])],
        ],
      });
      const definition = pipeline({ name: 'contract-telling' }, (p) => {
        p.task(telling, { right: 'b' });
      });
      const run = await finished(await test.engine.submit(requestFor(definition, { useCache: false })));
      expect(run).toMatchObject({ state: 'succeeded', reason: null });
      const { parameters, artifacts } = task(run, 'telling')?.outputs ?? {};
      expect(parameters).toEqual({ run: run.id, words: 'right b' });
      expect(artifacts?.quality).toMatchObject([{ digest: digestOf(''), metadata: { accuracy: 0.5 } }]);
      expect(artifacts?.folder).toMatchObject([
        { bytes: 1, metadata: { mediaType: 'application/vnd.visavox.folder+json' } },
      ]);
    });

    it('leaves out what a condition excludes, and says so', async () => {
      const definition = pipeline({ name: 'contract-condition', parameters: { word: 'string' } }, (p) => {
        const said = p.task(say(), { word: p.parameters.word }, { name: 'first' }).outputs.said;
        p.when(said, '==', 'yes', () => void p.task(say(), { word: said }, { name: 'on-yes' }), {
          name: 'yes',
        });
        p.when(said, '!=', 'yes', () => void p.task(say(), { word: said }, { name: 'on-no' }), {
          name: 'no',
        });
      });
      const request = requestFor(definition, { parameters: { word: 'yes' }, useCache: false });
      const run = await finished(await test.engine.submit(request));
      expect(run).toMatchObject({ state: 'succeeded', reason: null });
      expect(task(run, 'yes/on-yes')).toMatchObject({
        state: 'succeeded',
        outputs: { parameters: { said: 'yes' } },
      });
      expect(task(run, 'no/on-no')).toMatchObject({
        state: 'skipped',
        reason: expect.stringContaining('condition'),
      });
    });

    it('takes the same request twice as one run', async () => {
      const request = requestFor(pipeline({ name: 'contract-twice' }, (p) => void p.task(say())));
      expect(await test.engine.submit(request)).toBe(await test.engine.submit(request));
      await finished(request.id);
    });

    it('fails with the reason of the task that failed, and skips what depends on it', async () => {
      const definition = pipeline({ name: 'contract-failing' }, (p) => {
        const bad = p.task(shell('bad', 'echo "cannot go on"; exit 3'));
        p.task(say(), { word: bad.outputs.said }, { name: 'dependent' });
      });
      const run = await finished(await test.engine.submit(requestFor(definition)));
      expect(run.state).toBe('failed');
      expect(run.reason).toContain('bad');
      expect(task(run, 'bad')?.state).toBe('failed');
      expect(task(run, 'dependent')?.state).not.toBe('succeeded');
      expect(await test.engine.logs(run.id, 'bad')).toContain('cannot go on');
    });

    it('cancels, as often as it is asked to', async () => {
      const definition = pipeline(
        { name: 'contract-canceled' },
        (p) => void p.task(shell('endless', 'sleep 600')),
      );
      const id = await test.engine.submit(requestFor(definition));
      await expect
        .poll(async () => task(await test.engine.get(id), 'endless')?.state, {
          timeout: test.timeoutMs ?? 30_000,
        })
        .toBe('running');
      await test.engine.cancel(id);
      await test.engine.cancel(id);
      expect((await finished(id)).state).toBe('canceled');
    });

    it('does not know a run that was never submitted', async () => {
      await expect(test.engine.get('never')).rejects.toMatchObject({ code: 'run_unknown' });
      await expect(test.engine.cancel('never')).rejects.toMatchObject({ code: 'run_unknown' });
      await expect(test.engine.logs('never', 'task')).rejects.toMatchObject({ code: 'run_unknown' });
    });

    it('refuses what is no pipeline, and parameters that it does not take', async () => {
      const request = requestFor(pipeline({ name: 'contract-wrong' }, (p) => void p.task(say())));
      await expect(test.engine.submit({ ...request, pipelineSpec: { hello: 1 } })).rejects.toMatchObject({
        code: 'pipeline_spec_invalid',
      });
      await expect(test.engine.submit({ ...request, parameters: { more: 1 } })).rejects.toMatchObject({
        code: 'parameter_invalid',
      });
    });
  });
}
