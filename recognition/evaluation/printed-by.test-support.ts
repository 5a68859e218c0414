import type { CommandContext } from 'visavox/plugin';

const nowhere = { write: () => {}, columns: null };

export interface Printed {
  readonly value: unknown;
  readonly human: string;
}

/** What a command that asks no server prints with --json, and what it would print without. */
export async function printedBy(command: (context: CommandContext) => Promise<void>): Promise<Printed[]> {
  const printed: Printed[] = [];
  await command({
    server: '',
    json: true,
    token: () => undefined,
    request: () => Promise.reject(new Error('needs no server')),
    submit: () => Promise.reject(new Error('needs no server')),
    // biome-ignore lint/correctness/useYield: it is never read
    stream: async function* () {
      throw new Error('needs no server');
    },
    log: () => {},
    ...{ out: nowhere, err: nowhere },
    result: (value, human) => void printed.push({ value, human }),
  });
  return printed;
}
