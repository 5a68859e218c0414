import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * A database in the folder, which may grow larger than memory. It reads and writes there and nowhere else, in the file system
 * or on the network, and no statement can change that any more. `ordered`: rows keep the order in which they are read.
 */
export async function openDatabase(folder, { memoryMegabytes, diskMegabytes, threads, ordered = false }) {
  const instance = await DuckDBInstance.create(join(folder, 'work.duckdb'), {
    allow_community_extensions: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    max_temp_directory_size: `${diskMegabytes}MB`,
    memory_limit: `${memoryMegabytes}MB`,
    preserve_insertion_order: String(ordered),
    temp_directory: join(folder, 'spilled'),
    threads: String(threads),
  });
  const connection = await instance.connect();
  const rows = async (statement) => (await connection.runAndReadAll(statement)).getRowObjectsJson();
  await rows(`set allowed_directories = [${text(folder)}]`);
  await rows('set enable_external_access = false');
  await rows('set lock_configuration = true');
  return { rows };
}

export function text(value) {
  return `'${value.replaceAll("'", "''")}'`;
}

export function name(value) {
  return `"${value.replaceAll('"', '""')}"`;
}

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

export function isNumeric(type) {
  return numeric.test(type);
}

export function isWhole(type) {
  return /INT/.test(type) && isNumeric(type);
}

export function isTemporal(type) {
  return /^(DATE|TIME)/.test(type);
}
