// Counts the stems of a text: count.mjs LEAST FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { stemmer } from 'stemmer';

const [least, file] = process.argv.slice(2);
const counts = {};
for (const word of readFileSync('text.txt', 'utf8')
  .toLowerCase()
  .match(/\p{L}+/gu) ?? []) {
  const stem = stemmer(word);
  counts[stem] = (counts[stem] ?? 0) + 1;
}
const kept = Object.entries(counts).filter(([, times]) => times >= Number(least));
writeFileSync(file, JSON.stringify(Object.fromEntries(kept.sort())));
