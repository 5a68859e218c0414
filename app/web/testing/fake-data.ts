import type {
  ModelReport,
  ModelVersion,
  Overview,
  Person,
  Release,
  RunDetails,
  RunSummary,
  Status,
  Task,
  Trace,
  TrainingProgress,
  WaysIn,
} from '../api/types.ts';

/** A made-up service a few weeks old, for looking at the pages without one. */
const digest = (text: string) =>
  `sha256:${[...text]
    .map((c) => c.charCodeAt(0).toString(16))
    .join('')
    .padEnd(64, '5e0b91c7')
    .slice(0, 64)}`;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const DAY = 24 * 60;

const names = [
  'Ada Alder',
  'Ben Birch',
  'Cleo Cedar',
  'Dan Elm',
  'Eva Fir',
  'Finn Hazel',
  'Gil Larch',
  'Hana Maple',
];

export function somePeople(): Person[] {
  return names.map((name, index) => ({
    id: `person-${index + 1}`,
    name,
    enrolledAt: ago((names.length - index) * 2.7 * DAY),
    samples: { face: 4 + (index % 3) * 2, voice: 3 + (index % 3) },
    waysIn: { passkeys: index % 3, recoveryCodes: index % 2 ? 10 : 0 },
    state: 'active',
    verified: index !== 1,
    review: [],
  }));
}

export function someWaysIn(): WaysIn {
  return {
    passkeys: [
      { id: 'key-1', name: 'Telephone', createdAt: ago(40 * DAY), lastUsedAt: ago(DAY), synced: true },
      { id: 'key-2', name: 'Key on the ring', createdAt: ago(9 * DAY), lastUsedAt: null, synced: false },
    ],
    recoveryCodes: null,
    faceAndVoice: true,
  };
}

export function someCodes(): string[] {
  return Array.from({ length: 10 }, (_, index) => `7QK2-M0PX-V8WR-000${index}`);
}

function task(name: string, inputs: string[], outputs: string[], more: Partial<Task> = {}): Task {
  const artifacts = (list: string[]) =>
    Object.fromEntries(
      list.map((one) => [
        one,
        [{ name: one, digest: digest(one), bytes: 52_481, type: 'system.Artifact', metadata: {} }],
      ]),
    );
  return {
    name,
    state: 'succeeded',
    attempts: 1,
    cached: false,
    cacheKey: null,
    command: ['node', 'step.mjs', name],
    inputs: { parameters: {}, artifacts: artifacts(inputs) },
    outputs: { parameters: {}, artifacts: artifacts(outputs) },
    startedAt: ago(52),
    finishedAt: ago(51),
    reason: null,
    cpuSeconds: 11.4,
    ...more,
  };
}

function tasks(evaluate: Partial<Task>, register: Partial<Task>): Task[] {
  const shards = [0, 1, 2].map((n) => `features-${n}`);
  return [
    task('validate', [], ['checked']),
    ...shards.map((shard, n) =>
      task(`embed/${n}/shard`, ['checked'], [shard], { cached: n === 0, cpuSeconds: 21 + n }),
    ),
    task('train-face', shards, ['face-head'], { cpuSeconds: 38.2 }),
    task('train-voice', shards, ['voice-head'], { cpuSeconds: 35.9, attempts: 2 }),
    task('calibrate', ['face-head', 'voice-head'], ['calibration']),
    task('evaluate', ['calibration'], ['report'], {
      outputs: {
        parameters: {
          comparison: {
            units: 11,
            unitName: 'people',
            metrics: [
              { metric: 'eer-fused', champion: 0.0041, candidate: 0.0029 },
              { metric: 'fnmr-fused-at-fmr-1e-3', champion: 0.0092, candidate: 0.0041 },
              { metric: 'eer-face', champion: 0.0114, candidate: 0.0107 },
              { metric: 'eer-voice', champion: 0.0231, candidate: 0.0221 },
            ],
          },
          counts: { genuine: 1204, impostor: 31_880 },
        },
        artifacts: task('', [], ['report']).outputs.artifacts,
      },
      ...evaluate,
    }),
    task('register', ['report'], ['model'], register),
  ];
}

/** The answer of one run, without how its tasks follow each other. */
type SomeRun = Omit<RunDetails, 'edges'>;

function run(id: string, minutes: number, more: Partial<SomeRun>): SomeRun {
  return {
    id,
    pipeline: 'recogniser',
    state: 'succeeded',
    reason: null,
    trigger: '5 new people',
    createdAt: ago(minutes),
    finishedAt: ago(minutes - 4),
    engine: 'local',
    trackingRun: '8f2e',
    pins: {
      pipeline: digest('pipeline'),
      code: digest('code'),
      environment: digest('environment'),
      datasets: [digest('dataset')],
      parameters: { dataset: digest('dataset'), champion: digest('bundle 2'), shards: 3 },
      seed: 7,
    },
    tasks: tasks({}, {}),
    ...more,
  };
}

/** In the tasks of these runs, whoever reads a file comes after whoever wrote it. */
export function someRunDetails(id: string | undefined): RunDetails | undefined {
  const found = someRuns().find((one) => one.id === id);
  const names = (ports: Task['inputs']) => Object.keys(ports.artifacts);
  return (
    found && {
      ...found,
      edges: found.tasks.flatMap((to) =>
        found.tasks
          .filter((from) => names(to.inputs).some((name) => names(from.outputs).includes(name)))
          .map((from) => ({ from: from.name, to: to.name })),
      ),
    }
  );
}

const unstarted = { startedAt: null, finishedAt: null, attempts: 0, cpuSeconds: null } as const;

/** As lists have it. */
export function inBrief({ pins, tasks, trackingRun, ...rest }: SomeRun): RunSummary {
  const running = tasks.filter(({ state }) => state === 'running').map(({ name }) => name);
  const finished = tasks.filter(({ finishedAt }) => finishedAt !== null).length;
  return {
    ...rest,
    ...{ parameters: pins.parameters, metrics: {}, models: [] },
    tasks: { total: tasks.length, finished, running },
  };
}

export function someRuns(): SomeRun[] {
  return [
    run('recogniser-0005', 3, {
      state: 'running',
      finishedAt: null,
      trigger: '50 new recordings',
      tasks: tasks(
        { state: 'running', startedAt: ago(1), finishedAt: null, cpuSeconds: null },
        { state: 'pending', ...unstarted },
      ),
    }),
    run('recogniser-0004', 2 * DAY, { trigger: 'manual' }),
    run('recogniser-0003', 6 * DAY, {
      state: 'failed',
      reason: 'evaluate failed after 3 tries: the disk is full. Free some space, then resume the run.',
      tasks: tasks(
        { state: 'failed', attempts: 3, reason: 'The disk is full. Free some space, then resume the run.' },
        { state: 'pending', ...unstarted },
      ),
    }),
    run('recogniser-0002', 9 * DAY, {}),
    run('recogniser-0001', 14 * DAY, {}),
  ];
}

export function someReleases(): Release[] {
  const release = (version: number, days: number, more: Partial<Release>): Release => ({
    id: `release-${version}`,
    environment: 'production',
    model: 'recogniser',
    version,
    bundle: digest(`bundle ${version}`),
    stage: 'retired',
    reason: 'Better than version 1: fused EER 0.41 % against 0.47 % on 9 people whom neither has seen.',
    createdAt: ago(days * DAY),
    promotedAt: ago(days * DAY - 3),
    ...more,
  });
  return [
    release(4, 2, {
      stage: 'champion',
      reason:
        'Better than version 2: fused EER 0.29 % against 0.41 %, FNMR at FMR 1e-3 0.4 % against 0.9 % (1 204 genuine and 31 880 impostor comparisons of 11 people whom neither has seen).',
    }),
    release(3, 6, {
      stage: 'held-back',
      promotedAt: null,
      reason:
        'Held back: voice EER rose from 2.2 % to 2.9 %, more than the tolerance of 0.3 percentage points.',
    }),
    release(2, 9, {}),
    release(1, 20, { reason: 'The published networks: the first release of this service.' }),
  ];
}

export function someModels(): ModelVersion[] {
  return [4, 3, 2, 1].map((version) => ({
    name: 'recogniser',
    version,
    bundle: digest(`bundle ${version}`),
    run: version === 1 ? null : `recogniser-000${version}`,
    createdAt: ago((5 - version) * 3 * DAY),
    metrics: {},
    aliases: version === 4 ? ['champion'] : [],
    differences: [],
  }));
}

export function someStatus(): Status {
  return {
    services: [
      { name: 'Visavox', healthy: true, url: null },
      { name: 'Database', healthy: true, url: null },
      { name: 'MLflow', healthy: true, url: 'http://127.0.0.1:5000' },
      { name: 'Controller', healthy: true, url: null },
    ],
    environments: [
      {
        name: 'production',
        model: 'recogniser',
        champion: { model: 'recogniser', version: 4, release: 'release-4' },
        challenger: null,
      },
    ],
    people: 8,
    samples: 71,
  };
}

export function someTraining(): TrainingProgress {
  return {
    ...{ model: 'recogniser', environment: 'production', paused: false },
    triggers: ['5 new people or 50 new recordings'],
    counts: { people: 2, samples: 31 },
    thresholds: { people: 5, samples: 50 },
    training: {
      ...{ run: 'recogniser-0005', phase: 'running', trigger: '50 new recordings' },
      ...{ failures: 0, trouble: null },
    },
    lastFailure: null,
  };
}

export function someOverview(): Overview {
  const attempts = Array.from({ length: 18 }, (_, index) => {
    const day = ago(index * DAY).slice(0, 10);
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    const busy = Math.round((weekend ? 4 : 15) + 6 * Math.sin(index * 1.7));
    return [
      { day, decision: 'accept' as const, count: Math.max(1, busy) },
      { day, decision: 'step_up' as const, count: index % 4 === 0 ? 2 : 0 },
      { day, decision: 'reject' as const, count: (index * 5) % 3 },
    ];
  }).flat();
  return {
    people: 8,
    samples: 71,
    attempts,
    champion: { model: 'recogniser', version: 4, since: ago(2 * DAY - 3) },
    pending: {
      model: 'recogniser',
      newPeople: 2,
      newSamples: 31,
      thresholds: { people: 5, samples: 50 },
      training: { run: 'recogniser-0005', trigger: '50 new recordings' },
      lastFailure: null,
      paused: false,
    },
    weakAgainst: [{ attack: 'injected-file', material: 'synthetic people', presentations: 40, errors: 6 }],
  };
}

export function someTrace(): Trace {
  const samples = Array.from({ length: 14 }, (_, n) => `sample-${n + 1}`);
  const people = ['person-1', 'person-2', 'person-3'];
  return {
    nodes: [
      ...people.map((id, n) => ({ kind: 'person' as const, id, label: names[n] ?? id })),
      ...samples.map((id, n) => ({
        kind: 'sample' as const,
        id,
        label: n % 2 ? `Voice ${n + 1}` : `Face ${n + 1}`,
      })),
      { kind: 'dataset', id: digest('dataset') },
      { kind: 'run', id: 'recogniser-0004' },
      { kind: 'model', id: 'recogniser:4' },
      { kind: 'release', id: 'release-4', label: 'Version 4' },
      { kind: 'attempt', id: 'attempt-1', label: 'accept, Ada Alder' },
      { kind: 'attempt', id: 'attempt-2', label: 'reject' },
    ],
    edges: [
      ...samples.map((id, n) => ({ from: `person:${people[n % 3]}`, to: `sample:${id}`, relation: 'gave' })),
      ...samples.map((id) => ({
        from: `sample:${id}`,
        to: `dataset:${digest('dataset')}`,
        relation: 'contained in',
      })),
      { from: `dataset:${digest('dataset')}`, to: 'run:recogniser-0004', relation: 'input of' },
      { from: 'run:recogniser-0004', to: 'model:recogniser:4', relation: 'produced' },
      { from: 'model:recogniser:4', to: 'release:release-4', relation: 'released as' },
      { from: 'release:release-4', to: 'attempt:attempt-1', relation: 'decided' },
      { from: 'release:release-4', to: 'attempt:attempt-2', relation: 'decided' },
    ],
  };
}

export function someReport(version: string): ModelReport {
  const title = 'Detection error trade-off';
  return {
    model: `recogniser:${version}`,
    title: `recogniser:${version}`,
    tables: [{ title: 'EER', head: ['Comparisons', 'EER'], rows: [['Faces', '1.1%']] }],
    plots: [
      {
        id: 'det',
        title,
        description: 'Lower and further left is better.',
        svg: '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="40"><path d="M0 40L64 0" stroke="#0072b2"/></svg>',
        table: { head: ['FMR', 'Faces'], rows: [['0.1%', '5%']] },
      },
    ],
    card: `# recogniser:${version}`,
  };
}
