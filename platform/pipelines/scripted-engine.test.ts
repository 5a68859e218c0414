import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveCommand } from './executor-input.ts';
import { collectOutputs, executorInput, prepareAttempt } from './local/attempt.ts';
import { pipelineEngineContract } from './pipeline-engine.contract.ts';
import { ScriptedEngine, type Work } from './scripted-engine.ts';

/** The tests of the controller rely on it: what it takes and says has to be what the real engines take and say. */
pipelineEngineContract(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-scripted-'));
  let tasks = 0;
  const work: Work = async ({ name, component, executor, inputs }, run) => {
    const place = join(folder, String(++tasks));
    await mkdir(folder, { recursive: true });
    const note = { number: 1, failures: 0, startedAt: '', boot: null };
    await prepareAttempt(engine.objects, place, note, component, inputs);
    const input = executorInput(component, inputs, place);
    const job = { runId: run.id, runName: 'scripted', createdAt: new Date().toISOString(), root: folder };
    const context = { input, taskName: name, ...job };
    const { command = [], args = [] } = executor.container ?? {};
    const [program = '', ...words] = resolveCommand([...command, ...args], context);
    await new Promise<void>((resolve, reject) => {
      execFile(program, words, { signal: run.canceled }, (error, stdout) => {
        run.log(stdout);
        return error ? reject(error) : resolve();
      });
    });
    return collectOutputs(engine.objects, component, input, {
      workingDirectory: folder,
      visible: async (path) => path,
    });
  };
  const engine = new ScriptedEngine({ work });
  return { engine, close: () => rm(folder, { recursive: true, force: true }) };
});
