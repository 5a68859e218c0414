/** The message breaks off, or is none. */
export class NoMessage extends Error {}

/** Reads a protobuf message of any size as it comes: what nobody asks for is passed over without being held. */
export class ProtobufStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #passed = 0;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** How many bytes have been read. */
  get passed(): number {
    return this.#passed;
  }

  /** Whoever reads a stream to its end learns whether it is whole. */
  async drain(): Promise<void> {
    while (await this.#fill()) this.#take(this.#chunk.length - this.#at);
  }

  /**
   * The fields of a message that ends at `end`; of the outermost one, with the stream. What `visit` does not read of a field
   * of bytes is passed over.
   */
  async fields(end: number, visit: (field: Field) => Promise<void>): Promise<void> {
    while (this.#passed < end && (end !== Number.POSITIVE_INFINITY || (await this.#fill()))) {
      const key = await this.#varint();
      const [number, wire] = [Number(key >> 3n), Number(key & 7n)];
      if (number === 0) throw new NoMessage('a field has the number 0');
      if (wire === 0) {
        const value = await this.#varint();
        await visit({ number, value, end: this.#passed });
      } else if (wire === 2) {
        const length = Number(await this.#varint());
        const fieldEnd = this.#passed + length;
        if (!Number.isSafeInteger(fieldEnd) || fieldEnd > end) throw new NoMessage('a field is too long');
        await visit({ number, value: undefined, end: fieldEnd });
        if (this.#passed > fieldEnd) throw new NoMessage('a field ends inside another');
        await this.#skip(fieldEnd - this.#passed);
      } else if (wire === 5 || wire === 1) await this.#skip(wire === 5 ? 4 : 8);
      else throw new NoMessage(`a field has the wire type ${wire}`);
    }
    if (end !== Number.POSITIVE_INFINITY && this.#passed !== end) throw new NoMessage('a field is too long');
  }

  /** The text of a field, which may have `most` bytes. */
  async text({ end }: Field, most = 10_000): Promise<string> {
    const length = end - this.#passed;
    if (length > most) throw new NoMessage(`a name has ${length} bytes`);
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      if (!(await this.#fill())) throw new NoMessage('it breaks off');
      const part = this.#take(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts).toString('utf8');
  }

  async #varint(): Promise<bigint> {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (!(await this.#fill())) throw new NoMessage('it breaks off');
      const [byte = 0] = this.#take(1);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
    throw new NoMessage('a number is too long');
  }

  async #skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (!(await this.#fill())) throw new NoMessage('it breaks off');
      left -= this.#take(left).length;
    }
  }

  #take(most: number): Uint8Array {
    const taken = this.#chunk.subarray(this.#at, this.#at + most);
    this.#at += taken.length;
    this.#passed += taken.length;
    return taken;
  }

  async #fill(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return true;
  }
}

export interface Field {
  readonly number: number;
  /** Of a field that is a number. */
  readonly value: bigint | undefined;
  /** Where it ends in the stream. */
  readonly end: number;
}
