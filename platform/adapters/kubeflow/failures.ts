import { describeEnd } from './observe.ts';
import type { RunPod } from './run-pods.ts';

/** Lines of Kubeflow's launcher and of Argo, which share a pod's log with the task's own command. */
const launcherLine =
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+\.go:\d+\] |^time="[^"]+" level=\w+ .*argo=true|^Error: exit status \d+$/;

/** Why a task failed, from how its pod ended and what it wrote last; and what to do. */
export function explainFailure(pod: RunPod | undefined, log: string | undefined): string {
  const command = endOfCommand(log ?? '');
  const tail = lastLines(log ?? '');
  const wrote = tail
    ? ` Its last lines:\n${tail}`
    : log === undefined
      ? ' Its log is gone.'
      : ' It wrote nothing.';
  // The launcher of a step image says what became of the command by its exit code, as shells do.
  if (pod?.ended?.reason === 'OOMKilled' || command === 'signal: killed' || command === 'exit status 137')
    return `it was killed for memory (OOMKilled).${wrote}\nGive the task more memory, or less to do at once; then resume the run.`;
  if (pod?.waiting)
    return `it did not start: ${pod.waiting}.\nCorrect the cause (image, resources, secrets), then resume the run.`;
  const how = command?.replace(/^exit status (\d+)$/, 'it ended with exit code $1') ?? describeEnd(pod);
  return `${how}.${wrote}\nRead the log, correct the cause, then resume the run.`;
}

/** The launcher ends with exit code 1 whatever happened; its last words say how the command ended. */
function endOfCommand(log: string): string | undefined {
  return /failed to execute component: (exit status \d+|signal: [a-z ]+)/.exec(log)?.[1];
}

export function lastLines(log: string): string {
  return ownLines(log).slice(-10).join('\n');
}

/** What the task itself wrote. */
export function ownLines(log: string): readonly string[] {
  return log
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '' && !launcherLine.test(line));
}
