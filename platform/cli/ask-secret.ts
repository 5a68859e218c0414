import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UserError } from '@visavox/core/errors';

/** What is piped in, a line for each secret that is asked for. */
let piped: AsyncIterator<string> | undefined;

/** What somebody types without seeing it, or a line of what is piped in. It is never an argument, which others see. */
export async function askSecret(what: string): Promise<string> {
  const secret = (process.stdin.isTTY === true ? await typed(what) : await nextPiped())?.trim();
  if (secret) return secret;
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `expected a line for "${what}" on standard input, and nothing came`,
    action: 'Type it, or pipe it in from where it is kept.',
  });
}

async function typed(what: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  stderr.write(`${what}: `);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silence, terminal: true });
  const line = await new Promise<string | undefined>((done) => {
    lines.once('line', done);
    lines.once('close', () => done(undefined));
  });
  lines.close();
  stderr.write('\n');
  return line;
}

async function nextPiped(): Promise<string | undefined> {
  piped ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { value, done } = await piped.next();
  return done ? undefined : value;
}

/** Whether somebody at a terminal says yes. */
export async function confirmed(question: string): Promise<boolean> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true) return false;
  const lines = createInterface({ input: stdin, output: stderr });
  const answer = await new Promise<string>((done) => {
    lines.question(`${question} [y/N] `, done);
    lines.once('close', () => done(''));
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
