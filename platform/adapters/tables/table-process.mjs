// Reads tables that may be hostile with DuckDB, in a process that may die of them: node table-process.mjs, with a channel to
// the process that started it. Its working directory holds the files, and whatever it writes.
import { rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDatabase } from './duckdb.mjs';
import { profileColumns } from './profile-columns.mjs';
import { readFiles } from './read-files.mjs';
import { unitsOfTables, writeParts } from './split-tables.mjs';

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

/** Of files that are split, between what is asked about them. */
let split;

process.on('message', async (job) => {
  // DuckDB limits what it spills, and not how large its database grows: a small file may hold very much, compressed.
  const watch = setInterval(() => {
    const { size } = statSync(join(folder, 'work.duckdb'), { throwIfNoEntry: false }) ?? { size: 0 };
    if (size > job.limits.diskMegabytes * 1e6)
      finish({ kind: 'failed', message: 'failed to offload: too large' });
  }, 250);
  const said = await answer(job);
  clearInterval(watch);
  // What is split is asked about again, and its parts are read from the folder: it ends when the server ends it.
  if (said.kind === 'units' || said.kind === 'parts') process.send(said);
  else finish(said);
});

function finish(message) {
  process.send(message, () => process.disconnect());
}

async function answer(job) {
  try {
    switch (job.kind) {
      case 'units':
        split = { files: job.files, database: await openDatabase(folder, { ...job.limits, ordered: true }) };
        return { kind: 'units', ...(await unitsOfTables(split.database, job, folder)) };
      case 'parts':
        return {
          kind: 'parts',
          written: await writeParts(split.database, { ...job, files: split.files }, folder),
        };
      default:
        return await profile(job);
    }
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function profile({ files, limits }) {
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
}
