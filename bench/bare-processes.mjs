// Runs commands one after the other for a process that is connected to this one, as small a process as the one that the
// local engine starts its steps by: what starting one takes grows with the memory of who starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

process.on('disconnect', () => process.exit());
process.on('message', async ({ commands, environment, logFile }) => {
  const log = openSync(logFile, 'w');
  try {
    for (const { words, folder } of commands) {
      const [program, ...rest] = words;
      const child = spawn(program, rest, { cwd: folder, env: environment, stdio: ['ignore', log, log] });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`${program} ended with ${code}`);
    }
    process.send({});
  } catch (error) {
    process.send({ reason: error.message });
  } finally {
    closeSync(log);
  }
});
