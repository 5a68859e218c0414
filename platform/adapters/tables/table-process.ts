import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ColumnProfile } from '@visavox/core/dataset-profile';
import { SystemError, UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { TableFormat } from './table-format.ts';

export interface TableLimits {
  /** Of all files, on the clock. */
  readonly withinMs: number;
  /** For what DuckDB holds in memory; what goes beyond it is written to the disk where it can be. */
  readonly memoryMegabytes: number;
  /** For what it writes to the disk. */
  readonly diskMegabytes: number;
  readonly threads: number;
  readonly columns: number;
  /** In tables of more rows, quartiles and distinct values are estimated. */
  readonly exactRows: number;
}

/** In the folder, under a name that is no part of what people sent. */
export interface TableFile extends TableFormat {
  readonly name: string;
}

const FileSchema = z.union([
  z.object({ unreadable: z.string() }),
  z.object({
    /** A type of null is a column without any value in this file. */
    columns: z.array(z.object({ name: z.string(), type: z.string().nullable() })),
  }),
]);
export type FileSchema = z.infer<typeof FileSchema>;

const Profiled = z.object({
  kind: z.literal('profiled'),
  rows: z.number(),
  columns: z.array(ColumnProfile),
  columnsLeftOut: z.number(),
  /** In the order in which they were given. */
  files: z.array(FileSchema),
});
const Moment = z.object({ at: z.number(), text: z.string() }).nullable();
const Units = z.object({
  kind: z.literal('units'),
  units: z
    .array(
      z.object({
        ...{ id: z.string(), size: z.number(), stratum: z.string().nullable() },
        ...{ from: Moment, to: Moment },
      }),
    )
    .optional(),
  unreadable: z.object({ file: z.number(), message: z.string() }).optional(),
  missing: z.object({ column: z.string(), file: z.number(), rows: z.number().nullable() }).optional(),
  notATime: z.object({ column: z.string(), file: z.number(), value: z.string() }).optional(),
  tooMany: z.number().optional(),
});
export type UnitsOfTables = z.infer<typeof Units>;

const Parts = z.object({
  kind: z.literal('parts'),
  written: z.array(
    z.object({ file: z.number(), part: z.string(), name: z.string(), rows: z.number(), all: z.number() }),
  ),
});
export type WrittenPart = z.infer<typeof Parts>['written'][number];

const Failed = z.object({ kind: z.literal('failed'), message: z.string() });

const keptErrors = 2000;

/**
 * DuckDB in a process of its own, since it is native code that reads what anybody sent: a crash, a file that takes forever or
 * too much memory costs this process alone. It is given the folder, and may read and write nothing else.
 */
export class TableProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<string>;
  #errors = '';

  /** Started before there is anything in the folder: from then on it is removed even if this process is killed. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#child = spawn(
      process.execPath,
      ['--max-old-space-size=256', fileURLToPath(new URL('./table-process.mjs', import.meta.url))],
      {
        cwd: folder,
        env: { HOME: folder, TMPDIR: folder, TZ: 'UTC' },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptErrors);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  profile(files: readonly TableFile[], limits: TableLimits): Promise<z.infer<typeof Profiled>> {
    return this.#ask(Profiled, { files }, limits);
  }

  /** What of the tables goes together; each column may be null. The process waits for {@link parts} afterwards. */
  units(
    files: readonly TableFile[],
    columns: { readonly unit: string | null; readonly stratum: string | null; readonly time: string | null },
    limits: TableLimits,
  ): Promise<UnitsOfTables> {
    return this.#ask(Units, { kind: 'units', files, ...columns }, limits);
  }

  /** Writes files of the parts into the folder. `assignment`: a file there, of JSON lines with `unit` and `part`. */
  async parts(
    job: { readonly assignment: string; readonly parts: readonly string[] },
    limits: TableLimits,
  ): Promise<readonly WrittenPart[]> {
    return (await this.#ask(Parts, { kind: 'parts', ...job }, limits)).written;
  }

  async #ask<Schema extends z.ZodType>(
    schema: Schema,
    job: object,
    limits: TableLimits,
  ): Promise<z.infer<Schema>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const reason = `reading them takes longer than ${limits.withinMs / 1000} s`;
      timer = setTimeout(() => reject(tooLarge(reason)), limits.withinMs);
    });
    const answered = new Promise<unknown>((resolve) => this.#child.once('message', resolve));
    const died = this.#ended.then((reason) => {
      throw this.#died(reason);
    });
    died.catch(() => {}); // it ends as well after it has answered
    try {
      this.#child.send({ ...job, limits }, () => {}); // that it is gone is told by its end
      const answer = await Promise.race([answered, late, died]);
      const failed = Failed.safeParse(answer);
      if (failed.success) throw this.#failed(failed.data.message, limits);
      return schema.parse(answer);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns once it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #failed(message: string, { memoryMegabytes, diskMegabytes }: TableLimits): Error {
    if (!/^Out of Memory|could not allocate|failed to offload/i.test(message))
      return new SystemError(`DuckDB: ${message.replaceAll(this.#folder, '')}`);
    return tooLarge(`DuckDB may take ${memoryMegabytes} MB of memory and ${diskMegabytes} MB on the disk`);
  }

  #died(reason: string): Error {
    const said = this.#errors.trim();
    return new UserError({
      kind: 'conflict',
      code: 'profile_failed',
      message: `the process that reads the tables ended: ${reason}${said === '' ? '' : `: ${said}`}`,
      action: 'Ask again; if it ends again, one of the tables makes DuckDB fail: read them elsewhere first.',
    });
  }
}

function tooLarge(reason: string): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'tables_too_large',
    message: `the tables are too large to be read: ${reason}`,
    action: 'Import a sample of them as a dataset of its own, and take that.',
  });
}
