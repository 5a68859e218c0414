import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** DuckDB takes the end of a file that was cut off for the end of what is in it. In the words in which it complains. */
export async function requireWholeGzip(path) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere);
  } catch (error) {
    throw new Error(`Invalid Input Error: The compressed file is damaged or was cut off: ${error.message}`);
  }
}
