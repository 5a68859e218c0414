import type { CommandPlugin } from 'visavox/plugin';

/** `visavox backbone`: networks of the operator's own. */
export const plugin: CommandPlugin = (program, context) => {
  const backbone = program.command('backbone').description('plug in face and voice networks of your own');
  backbone
    .command('check')
    .argument('<manifest.json>', 'what the network is: docs/recogniser.md shows one')
    .description(
      'fetch the network, check its digest, wrap it and try it on examples; nothing is kept on the server',
    )
    .action(async (file: string, _options, command) => {
      const { checkBackbone } = await import('./commands.ts');
      await checkBackbone(file, context(command));
    });
  backbone
    .command('add')
    .argument('<manifest.json>', 'what the network is: docs/recogniser.md shows one')
    .description(
      'make a model version with this network: a run that embeds, calibrates, compares and registers',
    )
    .action(async (file: string, _options, command) => {
      const { addBackbone } = await import('./commands.ts');
      await addBackbone(file, context(command));
    });
  backbone
    .command('list')
    .description('the model versions with networks that were plugged in')
    .action(async (_options, command) => {
      const { listBackbones } = await import('./commands.ts');
      await listBackbones(context(command));
    });
};
