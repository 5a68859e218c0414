import { UserError } from '@visavox/core/errors';
import type { CommandContext, CommandPlugin } from 'visavox/plugin';
import { table } from 'visavox/table';
import { z } from 'zod';
import { describeRate } from './interval.ts';
import type { SimulationResult } from './simulation.ts';

const Options = z.object({
  data: z.string().optional(),
  people: z.coerce.number().int().min(2).max(500),
  waves: z.coerce.number().int().min(1).max(100),
  seed: z.coerce.number().int(),
  retraining: z.enum(['on', 'off']),
  feedback: z.enum(['on', 'off']),
  forget: z.boolean().optional(),
  limit: z.coerce.number().positive(),
  patience: z.coerce.number().nonnegative(),
});

/** `visavox simulate` */
export const plugin: CommandPlugin = (program, context) => {
  program
    .command('simulate')
    .description(
      'a population over time: people enrol in waves, they and impostors sign in, the server retrains',
    )
    .option(
      '--data <dir>',
      'recordings of people (faces/lfw, voices/audiomnist_az); synthetic people without',
    )
    .option('--people <n>', 'how many enrol', '24')
    .option('--waves <n>', 'in how many waves', '4')
    .option('--seed <n>', 'who is drawn, and who tries to pass for whom', '1')
    .option('--retraining <on|off>', 'off: what the server begins to train by itself is cancelled', 'on')
    .option('--feedback <on|off>', 'confirm accepted sign-ins, so that the server learns from them', 'on')
    .option('--forget', 'erase the simulated people at the end')
    .option('--limit <minutes>', 'how long to wait for one retraining', '20')
    .option('--patience <seconds>', 'how long to wait for a server that is away', '180')
    .action(async (given: unknown, command) => {
      const parsed = Options.safeParse(given);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new UserError({
          kind: 'invalid',
          code: 'misuse',
          message: `--${issue?.path.join('.')}: ${issue?.message}`,
          action: 'See "visavox simulate --help".',
        });
      }
      await run(parsed.data, context(command));
    });
};

async function run(options: z.infer<typeof Options>, own: CommandContext): Promise<void> {
  const [{ VisavoxClient }, { simulate }] = await Promise.all([
    import('@visavox/client/client'),
    import('./simulation.ts'),
  ]);
  const identities = await population(options);
  let waiting = false;
  const client = new VisavoxClient({
    server: own.server,
    token: own.token,
    patienceSeconds: options.patience,
    onWait(seconds) {
      if (!waiting && seconds > 1)
        own.log(`  The server does not answer; waiting up to ${options.patience} s.`);
      waiting = seconds > 1;
    },
  });
  const result = await simulate({
    client,
    identities,
    people: options.people,
    waves: options.waves,
    seed: options.seed,
    retraining: options.retraining === 'on',
    feedback: options.feedback === 'on',
    forget: options.forget ?? false,
    tag: Date.now().toString(36).slice(-6),
    retrainingLimitSeconds: options.limit * 60,
    log: own.log,
    progress: process.stderr.isTTY ? (text) => process.stderr.write(`\r\x1b[2K${text}\r`) : () => {},
  });
  own.result(result, describe(result));
  if (result.checks.problems.length > 0) process.exitCode = 1;
}

async function population(options: z.infer<typeof Options>) {
  if (options.data === undefined) {
    const { syntheticIdentities } = await import('./synthetic-identities.ts');
    return syntheticIdentities(options.people + Math.max(2, Math.round(options.people / 4)), options.seed);
  }
  const { recordedIdentities } = await import('./recorded-identities.ts');
  const identities = await recordedIdentities(options.data, options.seed);
  if (identities.length >= options.people) return identities;
  throw new UserError({
    kind: 'invalid',
    code: 'too_few_recordings',
    message: `${options.data} makes ${identities.length} people of a face and a voice; ${options.people} were asked for`,
    action: `Ask for at most ${identities.length} people, or leave --data out.`,
  });
}

function describe(result: SimulationResult): string {
  const rows = result.waves.map((wave) => [
    wave.people,
    wave.servedBy,
    describeRate(wave.fnmr),
    describeRate(wave.fmr),
    wave.failuresToAcquire,
    wave.retraining
      ? `${wave.retraining.trigger} -> ${wave.retraining.outcome} ${wave.retraining.version ?? ''}`
      : 'none',
  ]);
  const reasons = result.waves
    .flatMap((wave) => wave.retrainings)
    .map((one) => `  ${one.run}: ${one.outcome}${one.version ? ` ${one.version}` : ''}, ${one.reason}`);
  const { everyoneListed, noRunStuck, oneChampion, problems } = result.checks;
  const word = (holds: boolean) => (holds ? 'yes' : 'NO');
  return [
    table(
      [
        'people',
        'served by',
        'FNMR (false rejects/genuine; 95 %)',
        'FMR (false accepts/impostor; 95 %)',
        'FTA',
        'retraining',
      ],
      rows,
    ),
    ...(reasons.length > 0 ? ['', 'Retrainings:', ...reasons] : []),
    '',
    `everyone enrolled is listed: ${word(everyoneListed)}   no run is stuck: ${word(noRunStuck)}   exactly one champion: ${word(oneChampion)}`,
    ...problems.map((problem) => `  ${problem}`),
  ].join('\n');
}
