import type { VisavoxClient } from '@visavox/client/client';
import { UserError } from '@visavox/core/errors';
import type { PictureStore } from '@visavox/recognition/synthetic/picture-store';
import type { CommandContext, CommandPlugin } from 'visavox/plugin';
import { z } from 'zod';
import type { HeldOut } from './held-out.ts';
import type { Identity } from './identity.ts';
import type { Scenario } from './scenario.ts';

const Options = z.object({
  data: z.string().optional(),
  scenario: z.string().optional(),
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
    .option('--scenario <file.yaml>', 'how the population changes over time: examples/scenarios has some')
    .option('--people <n>', 'how many enrol; a scenario says it', '24')
    .option('--waves <n>', 'in how many waves; a scenario says it', '4')
    .option('--seed <n>', 'who is drawn, and who tries to pass for whom', '1')
    .option('--retraining <on|off>', 'off: continuous training is paused meanwhile', 'on')
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
  const { withPictureFolder } = await import('@visavox/recognition/synthetic/picture-store');
  await withPictureFolder((pictures) => runWith(pictures, options, own));
}

async function runWith(
  pictures: PictureStore,
  options: z.infer<typeof Options>,
  own: CommandContext,
): Promise<void> {
  const [{ VisavoxClient }, { simulate }, { readScenario }, { measuredHeldOut }, { describe }] =
    await Promise.all([
      import('@visavox/client/client'),
      import('./simulation.ts'),
      import('./scenario.ts'),
      import('./measured-held-out.ts'),
      import('./report.ts'),
    ]);
  const scenario = options.scenario === undefined ? null : await readScenario(options.scenario);
  const { identities, heldOut } = await population(options, scenario, pictures);
  const signIns = identities.every(({ answer }) => answer) ? 'live' : 'measured';
  if (signIns === 'measured')
    own.log(
      'People in recordings answer no challenge: what would be decided of them is measured, as operators do.',
    );
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
  const measured = scenario && (await measuredHeldOut(heldOut, { client, scenario, log: own.log }));
  const result = await withTraining(client, options.retraining === 'on', () =>
    simulate({
      client,
      identities,
      people: Math.min(scenario?.people ?? options.people, identities.length),
      waves: scenario?.waves ?? options.waves,
      seed: options.seed,
      retraining: options.retraining === 'on',
      feedback: options.feedback === 'on',
      forget: options.forget ?? false,
      tag: Date.now().toString(36).slice(-6),
      retrainingLimitSeconds: options.limit * 60,
      log: own.log,
      progress: process.stderr.isTTY ? (text) => process.stderr.write(`\r\x1b[2K${text}\r`) : () => {},
      ...(measured ? { heldOut: measured } : {}),
    }),
  );
  const value = {
    scenario: scenario?.name ?? null,
    retrainingAllowed: options.retraining,
    signIns,
    ...result,
  };
  own.result(value, describe(result, { scenario, signIns }));
  if (result.checks.problems.length > 0) process.exitCode = 1;
}

/** Pauses continuous training, or lets it go on, for as long as `work` lasts. */
async function withTraining<T>(client: VisavoxClient, wanted: boolean, work: () => Promise<T>): Promise<T> {
  const { paused } = (await client.overview()).pending;
  await client.pauseTraining(!wanted);
  try {
    return await work();
  } finally {
    await client.pauseTraining(paused);
  }
}

async function population(
  options: z.infer<typeof Options>,
  scenario: Scenario | null,
  pictures: PictureStore,
): Promise<{ identities: readonly Identity[]; heldOut: readonly HeldOut[] }> {
  if (!scenario) return { identities: await identitiesOf(options, pictures), heldOut: [] };
  const { scenarioPopulation } = await import('./scenario-population.ts');
  return scenarioPopulation(scenario, { data: options.data, seed: options.seed, pictures });
}

async function identitiesOf(options: z.infer<typeof Options>, pictures: PictureStore) {
  if (options.data === undefined) {
    const { syntheticIdentities } = await import('./synthetic-identities.ts');
    const strangers = Math.max(2, Math.round(options.people / 4));
    return syntheticIdentities(options.people + strangers, options.seed, { pictures });
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
