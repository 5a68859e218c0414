// Turns counts into weights: weigh.mjs COUNTS MODEL WORDS
import { readFileSync, writeFileSync } from 'node:fs';

const [counts, model, words] = process.argv.slice(2);
const scale = 1;
const entries = Object.entries(JSON.parse(readFileSync(counts, 'utf8')));
const total = entries.reduce((sum, [, times]) => sum + times, 0);
writeFileSync(
  model,
  JSON.stringify(entries.map(([stem, times]) => [stem, -scale * Math.log(times / total)])),
);
writeFileSync(words, String(entries.length));
