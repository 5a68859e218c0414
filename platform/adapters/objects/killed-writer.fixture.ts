import type { ObjectStore } from '@visavox/core/object-store';
import { FolderObjectStore } from './folder-object-store.ts';
import { S3ObjectStore } from './s3-object-store.ts';
import { s3Location, s3Settings } from './s3-settings.ts';

// Replaces the same few objects for ever, until it is killed. Every value is one letter, repeated.
const [place = '', bytes = '200000'] = process.argv.slice(2);
const store: ObjectStore = place.startsWith('s3:')
  ? await S3ObjectStore.open(s3Location(place, s3Settings(process.env)))
  : await FolderObjectStore.open(place);
for (let round = 0; ; round++) {
  const value = new Uint8Array(Number(bytes)).fill(97 + (round % 26));
  await Promise.all([0, 1, 2].map((index) => store.put(`folder/${index}`, value)));
  if (round === 0) process.stdout.write('writing\n');
}
