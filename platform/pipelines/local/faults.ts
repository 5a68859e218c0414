import { open } from 'node:fs/promises';
import { messageOf, UserError } from '@visavox/core/errors';
import { findProgram } from '../environments/tool.ts';
import type { AttemptState } from './process.ts';

/** How an attempt's process ended. */
export type Ended = Extract<AttemptState, { kind: 'exited' | 'lost' }>;

/** Why an attempt failed, from how its process ended and what it wrote last. */
export async function attemptFault(
  end: Ended,
  program: string,
  { logFile, path }: { readonly logFile: string; readonly path: string },
): Promise<UserError> {
  const tail = await lastLines(logFile);
  const log = tail ? ` Its last lines:\n${tail}` : ' It wrote nothing.';
  // A shell ends with the same code as one that is not there, where a command of its script is missing.
  const programIsThere = program.includes('/') || (await findProgram(program, path)) !== undefined;
  const [message, action] =
    end.kind === 'lost'
      ? [
          `its process was killed from outside`,
          'See whether the machine ran out of memory; then resume the run.',
        ]
      : end.code === 127 && programIsThere
        ? [
            `a command that ${program} runs was not found (exit code 127)`,
            'Install what the log names or correct the script; then resume the run.',
          ]
        : end.code === 127
          ? [
              `"${program}" was not found on this machine`,
              `Install ${program} or correct the command; then resume the run.`,
            ]
          : end.code === 126
            ? [
                `"${program}" cannot be executed`,
                `Make ${program} executable or correct the command; then resume the run.`,
              ]
            : end.code > 128
              ? [
                  `it was ended by signal ${end.code - 128}`,
                  'See whether the machine ran out of memory; then resume the run.',
                ]
              : [
                  `it ended with exit code ${end.code}`,
                  'Read the log, correct the cause, then resume the run.',
                ];
  return new UserError({ kind: 'unavailable', code: 'task_failed', message: `${message}.${log}`, action });
}

/** A failed task's reason: what happened, and what to do. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return `${error.message}\n${error.action}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return `${messageOf(error)}\nThe disk is full: make room, then resume the run.`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `${messageOf(error)}\nThe folder cannot be written: correct its permissions, then resume the run.`;
  return `${messageOf(error)}\nCorrect the cause, then resume the run.`;
}

async function lastLines(file: string): Promise<string> {
  const log = await open(file, 'r').catch(() => undefined);
  if (!log) return '';
  try {
    const { size } = await log.stat();
    const length = Math.min(size, 4096);
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-10).join('\n');
  } finally {
    await log.close();
  }
}
