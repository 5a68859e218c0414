import type { Command } from 'commander';

/** Where lines for people go. */
export interface Lines {
  write(line: string): void;
  /** Characters in a line of the terminal; null where it is none. */
  readonly columns: number | null;
}

/** What a command gets from the global options and the running server. */
export interface CommandContext {
  /** Base URL of the server, without a trailing slash. */
  readonly server: string;
  /** One JSON document on stdout is wanted. */
  readonly json: boolean;
  /** The operator's token as it is now: a server's first start makes one. */
  token(): string | undefined;
  /** Calls the server as the operator; a problem document is thrown as UserError. Answers parsed JSON, or text. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Asks for something that is made once, however often it is asked for: the server may be away for half a minute meanwhile. */
  submit(path: string, body: unknown): Promise<unknown>;
  /** Bytes that the server returns, as they come, asked for as the operator; throws a UserError `answer_cut_off` where they end too early. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** For people, on stderr. */
  log(text: string): void;
  /** stdout line by line; with --json it is for {@link result} alone. */
  readonly out: Lines;
  readonly err: Lines;
  /** The command's result on stdout: `value` with --json, `human` otherwise. */
  result(value: unknown, human: string): void;
}

/** Adds commands to `visavox`. Heavy modules are imported inside an action, so that `--help` stays quick. */
export type CommandPlugin = (program: Command, context: (command: Command) => CommandContext) => void;
