import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '@visavox/core/errors';

/**
 * Memory that two processes read and write: a file without a name, in memory where the system has a folder for that. A
 * megabyte of pixels is there at once; through a pipe it would come in pieces of 64 KB, each in its turn.
 */
export class SharedArea {
  readonly descriptor: number;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  static create(): SharedArea {
    const path = join(folder(), `visavox-${randomUUID()}`);
    const descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return new SharedArea(descriptor);
  }

  write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, at + done);
  }

  /** Fills `bytes`. */
  read(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(this.descriptor, bytes, done, bytes.length - done, at + done);
      if (read === 0) throw new SystemError('the shared area ends before what was promised');
      done += read;
    }
  }

  /** Gives the memory back. */
  clear(): void {
    ftruncateSync(this.descriptor, 0);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function folder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
