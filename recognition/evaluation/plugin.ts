import { UserError } from '@visavox/core/errors';
import type { CommandPlugin } from 'visavox/plugin';
import { z } from 'zod';
import { lineNames, readLines } from './lines.ts';
import { ProtocolName } from './protocols/protocols.ts';

const Options = z.object({
  faces: z.string().optional(),
  voices: z.string().optional(),
  root: z.string().optional(),
  attacks: z.boolean().default(false),
  enrolment: z.boolean().default(false),
  protocol: z.string().optional(),
  lists: z.string().optional(),
  scores: z.string().optional(),
  allowMissing: z.boolean().default(false),
  model: z.string().optional(),
  networks: z.string().optional(),
  backbone: z.string().optional(),
  retrainOnHalf: z.boolean().default(false),
  through: z.string().optional(),
  fineTuning: z.boolean().default(false),
  impostors: z.coerce.number().int().min(0).optional(),
  seed: z.coerce.number().int(),
  cache: z.boolean(),
  speakers: z.string().optional(),
  report: z.string().optional(),
});

/** Enough for claims on an FMR of 1e-4. */
const IMPOSTORS_OF_HALF = 30_000;

export const plugin: CommandPlugin = (program, context) => {
  program
    .command('evaluate')
    .description('error rates of a recogniser on lists of comparisons, per modality and fused')
    .option('--faces <pairs.csv>', 'a,b,same: one image against one; the folder of an image is its person')
    .option(
      '--voices <trials.csv>',
      'enrol_speaker,test_speaker,enrol1,enrol2,enrol3,test,same: three recordings against one; a|b joins files',
    )
    .option('--root <folder>', 'the folder that the paths in the lists start from')
    .option(
      '--attacks',
      'presentation attacks on the challenge instead: on recordings below --root, or on synthetic people',
    )
    .option(
      '--enrolment',
      'what the rules of an enrolment cost genuine people and let through instead, on recordings below --root',
    )
    .option(
      '--protocol <name>',
      `the figures of a published protocol instead, on its data set below --root: ${ProtocolName.options.join(', ')}`,
    )
    .option('--lists <folder>', 'of a protocol: the folder of its published lists (default: that of --root)')
    .option(
      '--scores <file>',
      'of asvspoof5: scores of a countermeasure, filename and cm-score; nothing here makes them',
    )
    .option(
      '--allow-missing',
      'of a protocol: leave out trials whose recordings are missing, and say how many',
    )
    .option(
      '--model <name:version>',
      'a version that the running server has; the published networks if left out',
    )
    .option('--networks <folder>', 'the folder of the published networks', undefined)
    .option(
      '--backbone <manifest.json>',
      'with this network plugged in (docs/recogniser.md shows a manifest)',
    )
    .option(
      '--retrain-on-half',
      'train on half of the people of the lists, and report the model and the retrained one on the other half',
    )
    .option(
      '--through <lines>',
      `with --retrain-on-half: voices are tried over these lines as well, sent by ffmpeg (${lineNames.join(', ')}; or all)`,
    )
    .option(
      '--fine-tuning',
      'with --retrain-on-half: fine-tune the voice network before heads are trained, however few people there are',
    )
    .option(
      '--impostors <count>',
      `so many comparisons of different people besides those listed, so that lower FMRs can be claimed (default: 0, of a half ${IMPOSTORS_OF_HALF})`,
    )
    .option(
      '--seed <number>',
      'which people are in which half, and which voice each face is paired with',
      '1',
    )
    .option(
      '--speakers <labels.csv>',
      'speaker and any labels of people (gender, …): figures by each of them, with the worst group’s gap',
    )
    .option(
      '--report <folder>',
      'write a report with plots (HTML), a model card (Markdown) and the figures (JSON)',
    )
    .option('--no-cache', 'compute all features anew and keep none (.visavox/cache)')
    .addHelpText(
      'after',
      `
Counting: a comparison with a recording that cannot be acquired (no face, too little speech, …) never matches: a
genuine one counts as a false non-match, an impostor one as refused. EER: interpolated between operating points.
FNMR at an FMR is left out where there are fewer than 3 / FMR impostor comparisons. Intervals: 95 %, Wilson.
Slices are counted at one threshold, that of FMR 1e-3 (1e-2 where there are few impostors); a gap's interval is bootstrapped
over people. Light, noise, band and so on are measured from the recordings that are compared, not read from labels.`,
    )
    .action(async (_options, command) => {
      const {
        attacks,
        enrolment,
        protocol,
        faces,
        voices,
        root,
        retrainOnHalf,
        through,
        impostors,
        ...options
      } = Options.parse(command.opts());
      if (attacks) {
        const { runAttacks } = await import('./attacks/run.ts');
        await runAttacks({ ...options, root }, context(command));
        return;
      }
      if (enrolment) {
        if (root === undefined) throw listsMissing();
        const { runEnrolment } = await import('./enrolment/run.ts');
        await runEnrolment({ ...options, root }, context(command));
        return;
      }
      if (protocol !== undefined) {
        if (root === undefined) throw listsMissing();
        const { runProtocol } = await import('./protocols/run-protocol.ts');
        await runProtocol({ ...options, protocol, root }, context(command));
        return;
      }
      if (faces === undefined || voices === undefined || root === undefined) throw listsMissing();
      const lists = { faces, voices, root };
      if (retrainOnHalf) {
        const { runRetraining } = await import('./run-retraining.ts');
        await runRetraining(
          {
            ...{ ...options, ...lists, impostors: impostors ?? IMPOSTORS_OF_HALF },
            ...(through !== undefined && { through: readLines(through) }),
          },
          context(command),
        );
        return;
      }
      const { runEvaluation } = await import('./run.ts');
      await runEvaluation({ ...options, ...lists, impostors: impostors ?? 0 }, context(command));
    });
};

function listsMissing(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'lists_missing',
    message: '--faces, --voices and --root are needed',
    action:
      'Name the two lists and the folder that their paths start from; --attacks needs neither, --enrolment and --protocol the folder alone.',
  });
}
