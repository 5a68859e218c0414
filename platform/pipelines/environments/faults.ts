import { UserError } from '@visavox/core/errors';

/** The resolver's own words, as far as a reason has room for them: what it said last is what it stopped at. */
export function environmentFault(what: string, words: string, names: readonly string[] = []): UserError {
  const lines = words
    .split('\n')
    .map((line) => line.replace(/^\s*[×╰├│─▶]+\s*(?:▶\s*)?/u, '').trim())
    .filter((line) => line !== '' && !line.startsWith('warning:'));
  const named = names.find((name) => lines.some((line) => line.includes(name)));
  return new UserError({
    kind: 'invalid',
    code: 'environment_failed',
    message: `The environment that the step declares cannot be ${what}${named ? ` (${named})` : ''}: ${lines.slice(-8).join(' ').slice(0, 1500)}`,
    action:
      'Correct the packages that the component declares, or see that their index can be reached; the log of the task has all that the resolver said.',
  });
}

export function toolMissing(tool: string, action: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'environment_tool_missing',
    message: `A step declares packages of its own, and there is no ${tool} on this machine to install them with.`,
    action,
  });
}
