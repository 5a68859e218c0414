#!/usr/bin/env node
// Builds the S3 servers that the tests run against, with Go, into .visavox/setup/test-servers (or the folder that is
// given). What is there already is left alone. Tests skip visibly where a server is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupFolder } from './setup.mjs';

const servers = [
  { name: 'versitygw', module: 'github.com/versity/versitygw/cmd/versitygw', version: 'v1.8.0' },
  { name: 'minio', module: 'github.com/minio/minio', version: 'v0.0.0-20260212201848-7aac2a2c5b7c' },
];

const folder = process.argv[2] ?? join(setupFolder, 'test-servers');
mkdirSync(folder, { recursive: true });
let failed = 0;
for (const { name, module, version } of servers) {
  const stamp = join(folder, `${name}.${version}`);
  if (existsSync(join(folder, name)) && existsSync(stamp)) continue;
  process.stderr.write(`${name} ${version} …\n`);
  // Inside the folder, so that the finished program is moved within one file system.
  const built = mkdtempSync(join(folder, 'build-'));
  const { status, error } = spawnSync(
    'go',
    ['install', '-trimpath', '-ldflags=-s -w', `${module}@${version}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, GOBIN: built, CGO_ENABLED: '0' },
    },
  );
  if (status === 0) {
    renameSync(join(built, name), join(folder, name));
    writeFileSync(stamp, '');
  } else {
    failed++;
    process.stderr.write(`${name} was not built: ${error?.message ?? `go ended with ${status}`}\n`);
  }
  rmSync(built, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
