import { table } from 'visavox/table';
import type { HeldOutFigures, HeldOutRate } from './held-out.ts';
import { describeRate, rateOf } from './interval.ts';
import type { Scenario } from './scenario.ts';
import type { SimulationResult, Wave } from './simulation.ts';

/** What a simulation found, for people. */
export function describe(
  result: SimulationResult,
  { scenario, signIns }: { scenario: Scenario | null; signIns: 'live' | 'measured' },
): string {
  const reasons = result.waves
    .flatMap((wave) => wave.retrainings)
    .map((one) => `  ${one.run}: ${one.outcome}${one.version ? ` ${one.version}` : ''}, ${one.reason}`);
  const { everyoneListed, noRunStuck, oneChampion, problems } = result.checks;
  const word = (holds: boolean) => (holds ? 'yes' : 'NO');
  return [
    ...(scenario ? [`${scenario.name}: ${scenario.about}`, ''] : []),
    scenario ? bySlice(result) : byWave(result),
    signIns === 'live'
      ? 'Each sign-in answered a challenge before a camera.'
      : 'Recordings answer no challenge: sign-ins were measured, and signed nobody in.',
    ...(scenario ? ['', ...heldOutLines(result, scenario)] : []),
    ...(reasons.length > 0 ? ['', 'Retrainings:', ...reasons] : []),
    '',
    `everyone enrolled is listed: ${word(everyoneListed)}   no run is stuck: ${word(noRunStuck)}   exactly one champion: ${word(oneChampion)}`,
    ...problems.map((problem) => `  ${problem}`),
  ].join('\n');
}

function byWave({ waves }: SimulationResult): string {
  const rows = waves.map((wave) => [
    wave.people,
    wave.servedBy,
    describeRate(wave.fnmr),
    describeRate(wave.fmr),
    wave.failuresToAcquire,
    retrainingOf(wave),
  ]);
  const columns = [
    'people',
    'served by',
    'FNMR (false rejects/genuine; 95 %)',
    'FMR (false accepts/impostor; 95 %)',
    'FTA',
    'retraining',
  ];
  return table(columns, rows);
}

function bySlice({ waves }: SimulationResult): string {
  const rows = waves.flatMap((wave, index) =>
    (['unshifted', 'shifted'] as const).flatMap((slice) => {
      const counts = wave.slices[slice];
      if (counts.genuine + counts.impostor === 0) return [];
      return [
        [
          index + 1,
          wave.people,
          wave.servedBy,
          slice,
          describeRate(rateOf(counts.falseRejects, counts.genuine)),
          describeRate(rateOf(counts.falseAccepts, counts.impostor)),
          retrainingOf(wave),
        ],
      ];
    }),
  );
  const columns = ['wave', 'people', 'served by', 'sign-ins', 'FNMR (95 %)', 'FMR (95 %)', 'then'];
  return table(columns, rows);
}

function retrainingOf({ retraining }: Wave): string {
  return retraining
    ? `${retraining.trigger} -> ${retraining.outcome} ${retraining.version ?? ''}`
    : 'no retraining';
}

function heldOutLines({ before, waves }: SimulationResult, { fmr }: Scenario): string[] {
  const measured = [before, ...waves.map(({ heldOut }) => heldOut)].flatMap((figures, wave) =>
    figures ? [{ wave, figures }] : [],
  );
  const [first] = measured;
  if (!first) return [];
  const rows = Object.keys(first.figures.slices).flatMap((slice) =>
    measured.map(({ wave, figures }) => row(wave, slice, figures)),
  );
  return [
    `People who never enrol, FNMR at an FMR of ${fmr} (95 %), with the version that serves after the wave (0: before anybody enrolled):`,
    table(['slice', 'wave', 'version', 'fused', 'face', 'voice', 'genuine', 'impostor'], rows),
  ];
}

function row(wave: number, slice: string, { version, slices }: HeldOutFigures) {
  const rates = slices[slice];
  return [
    slice,
    wave,
    version,
    ...(['fused', 'face', 'voice'] as const).map((kind) => shown(rates?.[kind])),
    rates?.fused.genuine ?? 0,
    rates?.fused.impostor ?? 0,
  ];
}

function shown(rate: HeldOutRate | undefined): string {
  if (!rate?.interval || rate.fnmr === null) return '-';
  const [low, high] = rate.interval.map((bound) => (bound * 100).toFixed(1));
  return `${(rate.fnmr * 100).toFixed(1)} % (${low} to ${high})`;
}
