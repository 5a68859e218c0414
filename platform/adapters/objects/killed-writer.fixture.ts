import { FolderObjectStore } from './folder-object-store.ts';

// Replaces the same few objects for ever, until it is killed. Every value is one letter, repeated.
const store = await FolderObjectStore.open(process.argv[2]!);
for (let round = 0; ; round++) {
  const value = new Uint8Array(200_000).fill(97 + (round % 26));
  await Promise.all([0, 1, 2].map((index) => store.put(`folder/${index}`, value)));
  if (round === 0) process.stdout.write('writing\n');
}
