import { resolve } from 'node:path';
import type { CommandPlugin } from 'visavox/plugin';

/** `visavox up`: everything on this machine, until it is told to stop. */
export const plugin: CommandPlugin = (program) => {
  program
    .command('up')
    .description('start everything on this machine: the service, its database, tracking and training')
    .option('--rotate-operator-token', 'with a new token for operators; sessions of the old one end')
    .action(async ({ rotateOperatorToken: rotate }: { rotateOperatorToken?: boolean }) => {
      const [{ up }, { parseSettings }, token] = await Promise.all([
        import('./up.ts'),
        import('./settings.ts'),
        import('./operator-token.ts'),
      ]);
      const settings = parseSettings(process.env, resolve(import.meta.dirname, '../..'));
      // Before the start, so that it also counts where a server runs already: that one follows the file.
      if (rotate) await token.rotateOperatorToken(token.operatorTokenFile(settings.secrets));
      const server = await up(settings, (line) => void process.stdout.write(`${line}\n`));
      await new Promise<void>((done, failed) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.once(signal, () => server.stop().then(done, failed));
      });
    });
};
