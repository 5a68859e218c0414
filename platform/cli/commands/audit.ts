import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { AuditEntry, type AuditFault, type AuditHead, ChainCheck } from '@visavox/core/audit';
import { UserError } from '@visavox/core/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { queryOf } from '../references.ts';
import { table } from '../table.ts';

const Entries = z.object({ entries: z.array(AuditEntry), total: z.number() });
const Verdict = z.object({
  intact: z.boolean(),
  entries: z.number(),
  head: z.object({ position: z.number(), digest: z.string().nullable() }),
  faults: z.array(z.object({ position: z.number(), fault: z.string() })),
});

type Filter = Readonly<Partial<Record<'by' | 'action' | 'target' | 'outcome' | 'since' | 'until', string>>>;

const filtered = (command: Command) =>
  command
    .option('--by <user>', 'what this user did')
    .option('--action <text>', 'the beginning of an action, such as release. or run.submit')
    .option('--target <text>', 'the beginning of what it was done to, such as run:ID')
    .option('--outcome <outcome>', 'asked, done or refused')
    .option('--since <time>', 'such as 2026-11-30T08:00:00Z')
    .option('--until <time>', 'before this time');

/** Who did what. */
export const auditCommands: CommandPlugin = (program, context) => {
  const audit = program.command('audit').description('who did what, when, on what, why and from where');
  filtered(audit.command('list'))
    .option('--limit <number>', 'how many, the newest ones', '50')
    .description('the newest entries first')
    .action(async ({ limit, ...filter }: Filter & { limit: string }, command) => {
      const { request, result } = context(command);
      const path = `/api/v1/audit${queryOf({ ...filter, limit })}`;
      const answer = Entries.parse(await request('GET', path));
      const shown = table(
        ['entry', 'at', 'by', 'action', 'outcome', 'on', 'why', 'from'],
        answer.entries.map((one) => [
          ...[one.position, one.at.slice(0, 19), one.by, one.action, one.outcome],
          ...[one.target, one.reason, one.network],
        ]),
      );
      result(answer, `${shown}\n\n${answer.entries.length} of ${answer.total}`);
    });
  filtered(audit.command('export'))
    .argument('<file>', 'where to; - for standard output')
    .description('all entries as JSON lines, the oldest first')
    .action(async (file: string, filter: Filter, command) => {
      const { stream, result, json } = context(command);
      const lines = stream(`/api/v1/audit/export${queryOf(filter)}`);
      if (file === '-') {
        if (json) throw noDocument();
        for await (const chunk of lines) process.stdout.write(chunk);
        return;
      }
      let entries = 0;
      async function* counted() {
        for await (const chunk of lines) {
          for (const byte of chunk) if (byte === newline) entries++;
          yield chunk;
        }
      }
      // For whoever exports, as the log itself is for operators and auditors.
      await pipeline(counted(), createWriteStream(file, { mode: 0o600 }));
      result({ file, entries }, `${entries} entries are in ${file}.`);
    });
  audit
    .command('verify')
    .option('--file <file>', 'an export of the whole log, without asking the server')
    .option('--known <head>', 'POSITION:DIGEST that was noted before, which has to be in the log still')
    .description('follow the chain of digests, and say what was changed, removed or moved')
    .action(async ({ file, known }: { file?: string; known?: string }, command) => {
      const { request, result } = context(command);
      const verdict =
        file === undefined
          ? Verdict.parse(await request('GET', `/api/v1/audit/verify${queryOf({ known })}`))
          : await verified(file, known);
      const { head } = verdict;
      result(
        verdict,
        verdict.intact
          ? `${verdict.entries} entries, and each is as it was written.\nNote this elsewhere, and compare with it later: --known ${head.position}:${head.digest}`
          : `The log was tampered with:\n${verdict.faults.map(inWords).join('\n')}`,
      );
      if (!verdict.intact) process.exitCode = 1;
    });
};

const newline = 10;

function inWords({ position, fault }: { position: number; fault: string }): string {
  const words: Readonly<Record<AuditFault['fault'], string>> = {
    changed: 'was changed',
    missing: 'is missing',
    out_of_order: 'is not where it was written',
    cut_off: 'and whatever followed it is missing',
    differs: 'is another one than the one that was noted',
    seal_broken: 'is where the log ends, and the seal does not say so',
    unsealed: 'was added past the seal',
  };
  return `  entry ${position} ${words[fault as AuditFault['fault']] ?? fault}`;
}

async function verified(file: string, known: string | undefined): Promise<z.infer<typeof Verdict>> {
  const check = new ChainCheck(known === undefined ? [] : [headOf(known)]);
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line++;
    if (text !== '') check.add(entryOf(text, file, line));
  }
  check.end();
  const { entries, head, faults } = check;
  return { intact: faults.length === 0, entries, head, faults };
}

function entryOf(text: string, file: string, line: number): AuditEntry {
  try {
    return AuditEntry.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError({
      kind: 'invalid',
      code: 'audit_file_invalid',
      message: `line ${line} of ${file} is no entry of an audit log`,
      action: 'Export the whole log: visavox audit export FILE',
      cause,
    });
  }
}

function headOf(text: string): AuditHead {
  const [, position, digest] = /^([1-9]\d{0,15}):(sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  if (position !== undefined && digest !== undefined)
    return { position: Number(position), digest } as AuditHead;
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `expected POSITION:DIGEST, received "${text}"`,
    action: 'Use what visavox audit verify printed: --known 12:sha256:…',
  });
}

function noDocument(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: 'JSON lines are not one JSON document',
    action: 'Leave --json out, or name a file.',
  });
}
