import { loadConfig, projectToStart, setUpFolder } from '../config.ts';
import type { CommandPlugin } from '../plugin.ts';

/** `visavox up`: everything on this machine, until it is told to stop. */
export const upCommand: CommandPlugin = (program) => {
  program
    .command('up')
    .description('start everything on this machine: the service, its database, tracking and training')
    .option('--rotate-operator-token', 'with a new token for operators; sessions of the old one end')
    .action(async ({ rotateOperatorToken: rotate }: { rotateOperatorToken?: boolean }) => {
      const [{ up }, { loadProject }, { parsePlatformSettings }, { setUpPython }, token] = await Promise.all([
        import('@visavox/host/up'),
        import('@visavox/host/load-project'),
        import('@visavox/host/settings'),
        import('@visavox/host/set-up/python-environment'),
        import('@visavox/host/operator-token'),
      ]);
      const root = projectToStart(process.cwd());
      const environment = process.env;
      const settings = parsePlatformSettings(environment, { root, setup: setUpFolder(root) });
      const config = await loadConfig(root);
      // What VISAVOX_SETUP names was made by somebody else, who may have put more there. Pipelines in Python are compiled by it.
      if (!environment.VISAVOX_SETUP && settings.mlflow.url === undefined) await setUpPython(settings.setup);
      const project = await loadProject(config, { root, environment, settings });
      // Before the start, so that it also counts where a server runs already: that one follows the file.
      if (rotate) await token.rotateOperatorToken(token.operatorTokenFile(settings.secrets));
      const tell = (line: string) => void process.stdout.write(`${line}\n`);
      const server = await up({ settings, project, tell });
      await new Promise<void>((done, failed) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const)
          process.once(signal, () => server.stop().then(done, failed));
      });
    });
};
