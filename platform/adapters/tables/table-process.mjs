// Reads tables that may be hostile with DuckDB, in a process that may die of them: node table-process.mjs, with a channel to
// the process that started it. Its working directory holds the files, and whatever it writes.
import { rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDatabase } from './duckdb.mjs';
import { profileColumns } from './profile-columns.mjs';
import { readFiles } from './read-files.mjs';

const folder = process.cwd();

// Started by hand it would take somebody's own folder for the one that it is to remove at the end.
if (process.send === undefined || !basename(folder).startsWith('visavox-tables-')) {
  process.stderr.write('This program is started by the server, with a folder of its own.\n');
  process.exit(2);
}
process.on('disconnect', leave);
// The server may have gone while DuckDB was loaded.
if (!process.connected) leave();

/** Nobody else is left who would remove what was deciphered for this process. */
function leave() {
  rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}

process.once('message', async (job) => {
  // DuckDB limits what it spills, and not how large its database grows: a small file may hold very much, compressed.
  const watch = setInterval(() => {
    const { size } = statSync(join(folder, 'work.duckdb'), { throwIfNoEntry: false }) ?? { size: 0 };
    if (size > job.limits.diskMegabytes * 1e6)
      finish({ kind: 'failed', message: 'failed to offload: too large' });
  }, 250);
  finish(await answer(job));
  clearInterval(watch);
});

function finish(message) {
  process.send(message, () => process.disconnect());
}

async function answer({ files, limits }) {
  try {
    const database = await openDatabase(folder, limits);
    const { columns, perFile } = await readFiles(database, files, folder);
    const shown = columns.slice(0, limits.columns);
    const profiles = await profileColumns(database, shown, limits.exactRows);
    const columnsLeftOut = columns.length - shown.length;
    return {
      kind: 'profiled',
      rows: profiles.rows,
      columns: profiles.columns,
      columnsLeftOut,
      files: perFile,
    };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
