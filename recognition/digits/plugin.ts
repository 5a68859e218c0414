import { Option } from 'commander';
import type { CommandPlugin } from 'visavox/plugin';
import { z } from 'zod';

const whole = (text: string) => z.coerce.number().int().min(0).parse(text);
const Options = z.object({
  people: z.number(),
  utterances: z.number(),
  epochs: z.number(),
  copies: z.number(),
  seed: z.number(),
  out: z.string().optional(),
});

/** `visavox digits`: the network that hears digits. */
export const plugin: CommandPlugin = (program, context) => {
  const digits = program.command('digits').description('the network that hears spoken digits');
  const number = (flags: string, description: string, value: number) =>
    new Option(flags, description).argParser(whole).default(value);
  digits
    .command('train')
    .addOption(number('--people <count>', 'how many synthetic people speak; at least 20', 200))
    .addOption(number('--utterances <count>', 'how many times each', 6))
    .addOption(number('--epochs <count>', 'how often each recording is heard', 16))
    .addOption(number('--copies <count>', 'degraded versions of each recording', 3))
    .addOption(number('--seed <number>', 'of people, of what they say, and of training', 1))
    .option('--out <folder>', 'write the weights and the model card there too')
    .description(
      'make a dataset version of synthetic speech, train on it in a run, register what passed as digit-recogniser',
    )
    .action(async (_options, command) => {
      const { trainDigits } = await import('./train-digits.ts');
      await trainDigits(Options.parse(command.opts()), context(command));
    });
};
