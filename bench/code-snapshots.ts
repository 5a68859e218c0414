import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { describeSummary, summarise } from './summary.ts';

const files = 1000;
const rounds = 10;
/** What taking a project's folder along may cost a run when nothing in it has changed. */
const limitMilliseconds = 300;

/** CPU time of a snapshot of unchanged files, git's included. */
export async function benchSnapshots(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'visavox-bench-snapshot-'));
  const project = join(folder, 'project');
  const cacheFile = join(folder, 'cache.json');
  try {
    for (let file = 0; file < files; file++) {
      mkdirSync(join(project, `package-${file % 40}`), { recursive: true });
      writeFileSync(
        join(project, `package-${file % 40}`, `module-${file}.py`),
        `value = ${file}\n`.repeat(300),
      );
    }
    const git = (...words: string[]) => execFileSync('git', ['-C', project, ...words], { stdio: 'pipe' });
    git('init', '-q');
    git('add', '.');
    // What changed a moment ago is read again.
    await sleep(200);
    const first = await cpuOf(() => takeSnapshot(project, { cacheFile }));
    const again: number[] = [];
    for (let round = 0; round < rounds; round++)
      again.push(await cpuOf(() => takeSnapshot(project, { cacheFile })));
    const summary = summarise(again);
    print(`  a snapshot of ${files} files, CPU`);
    print(`    the first one   ${first.toFixed(0)} ms`);
    print(`    unchanged       ${describeSummary(summary, 'ms')} (limit ${limitMilliseconds} ms)`);
    return summary.median <= limitMilliseconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of this process and of those that it waited for, in milliseconds. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const [before, children] = [process.cpuUsage(), childrenCpu()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 + childrenCpu() - children;
}

/** Fields 16 and 17 of /proc/self/stat, in hundredths of a second; other systems do not tell. */
function childrenCpu(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return 0;
  }
}
