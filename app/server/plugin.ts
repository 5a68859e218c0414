import { resolve } from 'node:path';
import type { CommandPlugin } from 'visavox/plugin';

/** `visavox up`: everything on this machine, until it is told to stop. */
export const plugin: CommandPlugin = (program) => {
  program
    .command('up')
    .description('start everything on this machine: the service, its database, tracking and training')
    .action(async () => {
      const [{ up }, { parseSettings }] = await Promise.all([import('./up.ts'), import('./settings.ts')]);
      const settings = parseSettings(process.env, resolve(import.meta.dirname, '../..'));
      const server = await up(settings, (line) => void process.stdout.write(`${line}\n`));
      await new Promise<void>((done, failed) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.once(signal, () => server.stop().then(done, failed));
      });
    });
};
