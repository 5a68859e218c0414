import { createHash } from 'node:crypto';
import { isFinished, type RunRecord, type TaskRecord } from '@visavox/core/run';
import type { PatientClient } from './client.ts';
import type { KilledAttempt } from './faults.ts';
import type { LedgerLine } from './ledger.ts';
import type { Submission } from './submissions.ts';

export interface Counts {
  runs: number;
  tasks: number;
  cached: number;
  /** Attempts that began. */
  attempts: number;
  artifacts: number;
}

/** Everything that a run is looked at with. */
export interface Evidence {
  readonly submissions: readonly Submission[];
  readonly runs: readonly RunRecord[];
  readonly ledger: readonly LedgerLine[];
  readonly killed: readonly KilledAttempt[];
}

/** All runs that the server has, read anew. */
export async function readRuns(client: PatientClient): Promise<readonly RunRecord[]> {
  const ids: string[] = [];
  for (let total = 1; ids.length < total; ) {
    const page = await client.get<{ runs: { id: string }[]; total: number }>(
      `/api/v1/runs?limit=1000&start=${ids.length}`,
    );
    total = page.total;
    ids.push(...page.runs.map(({ id }) => id));
    if (page.runs.length === 0) break;
  }
  const runs: RunRecord[] = [];
  for (const id of ids) runs.push(await client.get<RunRecord>(`/api/v1/runs/${id}`));
  return runs;
}

/** Nothing lost, stuck, duplicated, or other than it should be. */
export function problemsWith(evidence: Evidence): readonly string[] {
  return [...lostOrDoubled(evidence), ...endings(evidence), ...sideEffects(evidence), ...notCached(evidence)];
}

function lostOrDoubled({ submissions, runs }: Evidence): string[] {
  const problems: string[] = [];
  const known = new Set(runs.map(({ id }) => id));
  const asked = new Set(submissions.flatMap((one) => one.runs));
  for (const { index, shape, id, runs: ids, otherIds } of submissions) {
    const name = `${shape.name} ${index}`;
    for (const run of ids) if (!known.has(run)) problems.push(`${name}: its run ${run} is lost`);
    for (const other of otherIds)
      if (other !== id) problems.push(`${name}: asked for twice with one key, it is ${id} and ${other}`);
  }
  for (const { id, tags } of runs)
    if (!asked.has(id))
      problems.push(`run ${id} is there, and nobody was told of it (${JSON.stringify(tags)})`);
  const numbers = runs.map(({ tags }) => tags?.chaos).filter((number) => number !== undefined);
  for (const number of new Set(numbers)) {
    const count = numbers.filter((one) => one === number).length;
    if (count > 1) problems.push(`submission ${number} has ${count} runs`);
  }
  return problems;
}

function endings({ submissions, runs }: Evidence): string[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return submissions.flatMap(({ index, shape, runs: ids, seenEndedAt }) =>
    ids.flatMap((id) => {
      const run = byId.get(id);
      const name = `${shape.name} ${index} (run ${id})`;
      if (!run) return [];
      if (!isFinished(run.state) || seenEndedAt === undefined)
        return [`${name} is stuck: ${run.state}, ${run.reason ?? 'no reason'}; ${inWords(run.tasks)}`];
      if (run.state !== shape.state)
        return [`${name} ${run.state} instead of ${shape.state}: ${run.reason}; ${inWords(run.tasks)}`];
      const open = run.tasks.filter(({ state }) => state === 'running' || state === 'pending');
      if (open.length > 0) return [`${name} has ended, and its tasks have not: ${inWords(open)}`];
      const notices = run.notices ?? [];
      return notices.length > 0 ? [`${name} has notices: ${notices.join('; ')}`] : [];
    }),
  );
}

const inWords = (tasks: readonly TaskRecord[]) =>
  tasks.map(({ name, state, attempts }) => `${name} ${state} after ${attempts}`).join(', ');

/** Each attempt began once, an attempt more than one had its reason, and nothing began after a success. */
function sideEffects({ runs, ledger, killed }: Evidence): string[] {
  const problems: string[] = [];
  const tasks = new Map(runs.flatMap((run) => run.tasks.map((task) => [`${run.id} ${task.name}`, task])));
  for (const [key, lines] of grouped(ledger, ({ run, task }) => `${run} ${task}`)) {
    const task = tasks.get(key);
    if (!task) {
      problems.push(`${key} did something, and nothing is known of it`);
      continue;
    }
    for (const [attempt, events] of grouped(lines, (line) => line.attempt)) {
      const count = (event: LedgerLine['event']) => events.filter((line) => line.event === event).length;
      const [begun, ended] = [count('begin'), count('end')];
      if (begun > 1 || ended > 1)
        problems.push(`${key}: attempt ${attempt} ran ${Math.max(begun, ended)} times`);
      const isLast = attempt === task.attempts;
      if (attempt > task.attempts) problems.push(`${key}: attempt ${attempt} ran, of ${task.attempts}`);
      if (isLast && task.state === 'succeeded' && ended !== 1)
        problems.push(`${key}: it succeeded, and its last attempt did not end`);
      const explained = killed.some((one) => `${one.run} ${one.task}` === key && one.attempt === attempt);
      if (!isLast && count('fail') === 0 && !explained)
        problems.push(`${key}: attempt ${attempt} was repeated, and nothing had happened to it`);
    }
  }
  for (const [key, { state, cached }] of tasks)
    if (state === 'succeeded' && !cached && !ledger.some(({ run, task }) => `${run} ${task}` === key))
      problems.push(`${key} succeeded without having done anything`);
  return problems;
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** What was seen to have succeeded before a run was asked for is not done again for it. */
function notCached({ submissions, runs }: Evidence): string[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const sharing = submissions.filter(({ shape }) => shape.name === 'cached');
  return sharing.flatMap((one) => {
    const run = byId.get(one.id);
    const earlier = sharing.some(
      ({ number, seenEndedAt }) =>
        number === one.number && seenEndedAt !== undefined && run && seenEndedAt < Date.parse(run.createdAt),
    );
    return earlier && run?.tasks.some(({ cached }) => !cached)
      ? [`cached ${one.index} (run ${one.id}) did what was known already`]
      : [];
  });
}

/** Reads every artifact back: its bytes are those of its digest, and what the step had to write. */
export async function artifactProblems(
  client: PatientClient,
  { submissions, runs }: Pick<Evidence, 'submissions' | 'runs'>,
  counts: Counts,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const shapes = new Map(
    submissions.flatMap(({ runs: ids, shape }) => ids.map((id) => [id, shape] as const)),
  );
  for (const run of runs) {
    const expected = shapes.get(run.id)?.texts(Number(run.pins.parameters.number)) ?? {};
    for (const task of run.tasks)
      for (const [output, artifacts] of Object.entries(task.outputs.artifacts))
        for (const { digest } of artifacts) {
          const place = `${encodeURIComponent(task.name)}/outputs/${output}/file`;
          const bytes = await client.bytes(`/api/v1/runs/${run.id}/tasks/${place}`);
          counts.artifacts++;
          const name = `${task.name}/${output} of run ${run.id}`;
          if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest)
            problems.push(`${name} has other bytes than its digest says`);
          const text = new TextDecoder().decode(bytes);
          if (text !== expected[task.name])
            problems.push(
              `${name} is ${JSON.stringify(text)} instead of ${JSON.stringify(expected[task.name])}`,
            );
        }
    const made = run.tasks.filter(({ outputs }) => Object.keys(outputs.artifacts).length > 0);
    if (run.state === 'succeeded' && made.length !== Object.keys(expected).length)
      problems.push(`run ${run.id} made ${made.length} of ${Object.keys(expected).length} artifacts`);
  }
  return problems;
}
