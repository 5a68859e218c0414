import type { CommandPlugin } from 'visavox/plugin';

/** `visavox heads`: heads that somebody trained by hand. */
export const plugin: CommandPlugin = (program, context) => {
  const heads = program
    .command('heads')
    .description('hand in face and voice heads that you trained, as a Keras model');
  heads
    .command('add')
    .argument('<heads.keras>', "the champion's Keras model with other weights, as model.save() writes it")
    .option('--dataset <dataset>', 'on whose people it is judged; all recordings that there are unless given')
    .description(
      'have them judged against the champion, on people whom nobody may learn from, and released where they pass the gate',
    )
    .action(async (file: string, options: { dataset?: string }, command) => {
      const { addHeads } = await import('./commands.ts');
      await addHeads(file, options, context(command));
    });
};
