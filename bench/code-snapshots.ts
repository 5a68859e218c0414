import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { type Summary, summarise } from './summary.ts';
import { usageOf } from './usage.ts';

const files = 1000;
const rounds = 7;
/** What taking a project's folder along may cost a run. */
const limitMilliseconds = 300;

/** CPU time in milliseconds, git's included. */
export interface SnapshotFigures {
  readonly within: boolean;
  readonly files: number;
  readonly limitMilliseconds: number;
  /** Every file is read. */
  readonly first: Summary;
  /** Again, with nothing changed. */
  readonly unchanged: Summary;
}

/** What a snapshot of a project costs when nothing is known of it, and when nothing in it has changed. */
export async function benchSnapshots(): Promise<SnapshotFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'visavox-bench-snapshot-'));
  const project = join(folder, 'project');
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
    const [first, again]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const cacheFile = join(folder, `cache-${round}.json`);
      const snapshot = async () => (await usageOf(() => takeSnapshot(project, { cacheFile }))).cpu;
      first.push(await snapshot());
      again.push(await snapshot());
    }
    const [fresh, unchanged] = [summarise(first), summarise(again)];
    const within = Math.max(fresh.median, unchanged.median) <= limitMilliseconds;
    return { within, files, limitMilliseconds, first: fresh, unchanged };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
