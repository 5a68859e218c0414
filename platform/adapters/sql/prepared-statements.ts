import { type PGlite, parse, protocol, type Results, types } from '@electric-sql/pglite';
import { SystemError } from '@visavox/core/errors';

const { serialize } = protocol;
/** Statements that are worth preparing; any other may change what a prepared one answers. */
const repeatable = /^\s*(select|insert|update|delete|with|start transaction|commit|rollback)\b/i;
/** Statements with lists of varying length differ in their text, so there may be many. */
const mostStatements = 200;
const BYTES_PREFIX = '\\x';

/** PGlite turns each byte into text and back by itself: a tenth of a millisecond a kilobyte, a hundred times as much as this takes. */
const bytes = {
  parse: (text: string) => new Uint8Array(Buffer.from(text.slice(BYTES_PREFIX.length), 'hex')),
  serialise: (value: unknown) => {
    if (!(value instanceof Uint8Array)) throw new SystemError('a value of type bytea has to be bytes');
    const { buffer, byteOffset, byteLength } = value;
    return `${BYTES_PREFIX}${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`;
  },
};

interface Statement {
  readonly name: string;
  readonly parameterTypes: readonly number[];
}

/**
 * Queries that PostgreSQL parses once: PGlite's own `query` parses, describes, binds, describes, executes and
 * synchronises in six passages into WebAssembly each time, which is most of what a small query costs.
 */
export class PreparedStatements {
  readonly #pglite: PGlite;
  readonly #parsers: PGlite['parsers'];
  readonly #serializers: PGlite['serializers'];
  /** Least recently used first. */
  readonly #statements = new Map<string, Statement>();
  #names = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#parsers = { ...pglite.parsers, [types.BYTEA]: bytes.parse };
    this.#serializers = { ...pglite.serializers, [types.BYTEA]: bytes.serialise };
  }

  /** Answers as `PGlite.query` does, and throws what it throws. */
  async query<Row>(text: string, parameters: readonly unknown[]): Promise<Results<Row>> {
    await this.#pglite.waitReady;
    if (!repeatable.test(text)) return this.#once(text, parameters);
    return this.#pglite.runExclusive(async () => {
      const statement = await this.#prepare(text);
      const values = parameters.map((value, index) =>
        this.#serialise(value, statement.parameterTypes[index]),
      );
      const { messages } = await this.#pglite.execProtocol(
        Buffer.concat([
          serialize.bind({ statement: statement.name, values }),
          serialize.describe({ type: 'P' }),
          serialize.execute(),
          serialize.sync(),
        ]),
      );
      const [result] = parse.parseResults(messages, this.#parsers);
      return result as Results<Row>;
    });
  }

  async #once<Row>(text: string, parameters: readonly unknown[]): Promise<Results<Row>> {
    const result = await this.#pglite.query<Row>(text, [...parameters]);
    this.#statements.clear();
    await this.#pglite.query('deallocate all');
    return result;
  }

  async #prepare(text: string): Promise<Statement> {
    const known = this.#statements.get(text);
    if (known) {
      this.#statements.delete(text);
      this.#statements.set(text, known);
      return known;
    }
    const name = `visavox_${this.#names++}`;
    const forgotten = this.#statements.size < mostStatements ? [] : [this.#forgetOldest()];
    const { messages } = await this.#pglite.execProtocol(
      Buffer.concat([
        ...forgotten,
        serialize.parse({ name, text }),
        serialize.describe({ type: 'S', name }),
        serialize.sync(),
      ]),
    );
    const statement = { name, parameterTypes: parse.parseDescribeStatementResults(messages) };
    this.#statements.set(text, statement);
    return statement;
  }

  #forgetOldest(): Uint8Array {
    const [text, { name }] = this.#statements.entries().next().value as [string, Statement];
    this.#statements.delete(text);
    return serialize.close({ type: 'S', name });
  }

  #serialise(value: unknown, type: number | undefined): string | Uint8Array | null {
    if (value === null || value === undefined) return null;
    const serialiser = type === undefined ? undefined : this.#serializers[type];
    return serialiser ? serialiser(value) : String(value);
  }
}
