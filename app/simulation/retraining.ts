import type { VisavoxClient } from '@visavox/client/client';
import { isFinished, type RunRecord } from '@visavox/core/run';

export interface Retraining {
  readonly run: string;
  readonly trigger: string;
  readonly outcome: 'released' | 'held back';
  readonly reason: string;
  /** The version that came of it. */
  readonly version: string | null;
}

export interface Watch {
  readonly client: VisavoxClient;
  /** Runs that were there before, or that were told of already; new ones are added. */
  readonly known: Set<string>;
  readonly limitSeconds: number;
  readonly log: (text: string) => void;
}

const pollMilliseconds = 1500;
/** The server looks for new people every few seconds, once MLflow is up; this long without a start, it never will. */
const startSeconds = 300;

/** Waits until nothing is being trained and nothing is due, and tells what was trained meanwhile, oldest first. */
export async function awaitRetraining(watch: Watch): Promise<Retraining[]> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let idleSince = Date.now();
  let shown = '';
  for (;;) {
    const { pending } = await watch.client.overview();
    const failedRun = pending.lastFailure?.run ?? null;
    const failed = failedRun !== null && !watch.known.has(failedRun);
    const due =
      !failed &&
      (pending.newPeople >= pending.thresholds.people || pending.newSamples >= pending.thresholds.samples);
    if (!pending.training && !due) break;
    if (pending.training) {
      idleSince = Date.now();
      const run = await watch.client.run(pending.training.run).catch(() => null);
      const now = run ? describeRun(run) : 'being prepared';
      if (now !== shown) watch.log(`  ${seconds()} s  retraining (${pending.training.trigger}): ${now}`);
      shown = now;
    } else if (Date.now() - idleSince > startSeconds * 1000) {
      watch.log(`  The server has new people to train on and did not start for ${startSeconds} s; going on.`);
      break;
    }
    if (seconds() > watch.limitSeconds) {
      watch.log(`  Gave up waiting for the retraining after ${watch.limitSeconds} s; going on without.`);
      break;
    }
    await new Promise((done) => setTimeout(done, pollMilliseconds));
  }
  return collect(watch);
}

function describeRun(run: RunRecord): string {
  if (isFinished(run.state)) return `${run.state}, release is being decided`;
  const active = run.tasks.filter((task) => task.state === 'running').map((task) => task.name);
  const done = run.tasks.filter((task) => task.state === 'succeeded' || task.state === 'skipped').length;
  return `${done}/${run.tasks.length} tasks${active.length > 0 ? `, now ${active.join(', ')}` : ''}`;
}

async function collect({ client, known }: Watch): Promise<Retraining[]> {
  const runs = (await client.runs()).filter((run) => !known.has(run.id)).reverse();
  const [models, releases] = await Promise.all([client.models(), client.releases()]);
  return runs.map((run) => {
    known.add(run.id);
    const base = { run: run.id, trigger: run.trigger };
    const model = models.find((candidate) => candidate.run === run.id);
    const version = model ? `${model.name}:${model.version}` : null;
    const release = releases.find(
      (one) =>
        one.id.endsWith(run.id) || (model && one.model === model.name && one.version === model.version),
    );
    if (!isFinished(run.state)) {
      return { ...base, version, outcome: 'held back', reason: `not finished: the run is ${run.state}` };
    }
    // What came after the model was registered, such as its report, decided nothing.
    if (run.state !== 'succeeded' && !release) {
      return {
        ...base,
        version,
        outcome: 'held back',
        reason: `the run ${run.state}: ${run.reason ?? 'no reason given'}`,
      };
    }
    if (!release) return { ...base, version, outcome: 'held back', reason: 'no release was made of it' };
    const released = release.promotedAt !== null || release.stage === 'champion';
    return { ...base, version, outcome: released ? 'released' : 'held back', reason: release.reason };
  });
}
