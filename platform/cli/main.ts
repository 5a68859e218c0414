import { UserError } from '@visavox/core/errors';
import { Command, CommanderError } from 'commander';
import { auditCommands } from './commands/audit.ts';
import { dataCommands } from './commands/data.ts';
import { doctorCommand } from './commands/doctor.ts';
import { environmentCommands } from './commands/environments.ts';
import { experimentCommands } from './commands/experiments.ts';
import { initCommand } from './commands/init.ts';
import { loginCommands } from './commands/login.ts';
import { modelCommands } from './commands/models.ts';
import { recurringCommands } from './commands/recurring.ts';
import { releaseCommands } from './commands/release.ts';
import { runCommands } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { sweepCommands } from './commands/sweeps.ts';
import { tokenCommands } from './commands/tokens.ts';
import { traceCommand } from './commands/trace.ts';
import { upCommand } from './commands/up.ts';
import { userCommands } from './commands/users.ts';
import { loadCommands, loadConfig, projectToAsk, projectToStart } from './config.ts';
import { createContext, type Surroundings } from './context.ts';

const exitCode = { failure: 1, misuse: 2 } as const;

async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = new Command('visavox')
    .description('One environment for data, training, models and releases, and for what a project adds.')
    .option('--server <url>', 'the server to talk to (VISAVOX_SERVER; default http://127.0.0.1:4600)')
    .option('--json', 'print one JSON document on stdout; everything for people goes to stderr')
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const context = (command: Command) => createContext(command, surroundings);
  const platform = [
    initCommand,
    upCommand,
    statusCommand,
    doctorCommand,
    dataCommands,
    runCommands,
    sweepCommands,
    recurringCommands,
    experimentCommands,
    modelCommands,
    serveCommand,
    releaseCommands,
    environmentCommands,
    traceCommand,
    loginCommands,
    userCommands,
    tokenCommands,
    auditCommands,
  ];
  try {
    const commands = await loadCommands(await loadConfig(surroundings.project));
    for (const plugin of [...platform, ...commands]) plugin(program, context);
    inheritExit(program);
    await program.parseAsync([...argv]);
    // A command that answered may have found a failure all the same: a run that failed, say.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.misuse;
    if (!(error instanceof UserError)) throw error;
    if (argv.includes('--json')) {
      const { code, message, action, details } = error;
      surroundings.stdout.write(`${JSON.stringify({ error: { code, message, action, ...details } })}\n`);
    }
    surroundings.stderr.write(`${error.message}\n${error.action}\n`);
    return error.code === 'misuse' ? exitCode.misuse : exitCode.failure;
  }
}

/** Commander asks each command, not only the program, whether to throw instead of ending the process. */
function inheritExit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    inheritExit(child);
  }
}

process.exitCode = await main(process.argv, {
  project:
    process.argv.slice(2).find((word) => !word.startsWith('-')) === 'up'
      ? projectToStart(process.cwd())
      : projectToAsk(process.cwd()),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
});
