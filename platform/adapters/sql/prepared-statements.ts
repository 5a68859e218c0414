import { type PGlite, parse, protocol, type Results } from '@electric-sql/pglite';

const { serialize } = protocol;
/** Statements that are worth preparing; any other may change what a prepared one answers. */
const repeatable = /^\s*(select|insert|update|delete|with|start transaction|commit|rollback)\b/i;
/** Statements with lists of varying length differ in their text, so there may be many. */
const mostStatements = 200;

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
  /** Least recently used first. */
  readonly #statements = new Map<string, Statement>();
  #names = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
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
      const [result] = parse.parseResults(messages, this.#pglite.parsers);
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
    const serialiser = type === undefined ? undefined : this.#pglite.serializers[type];
    return serialiser ? serialiser(value) : String(value);
  }
}
