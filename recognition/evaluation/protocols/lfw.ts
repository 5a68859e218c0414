import { dirname } from 'node:path';
import { badLine, type List, wordsOf } from './list-lines.ts';
import { type Trials, TrialsBuilder } from './trials.ts';

/**
 * Pairs of Labeled Faces in the Wild, as its README describes `pairs.txt` (view 2: ten sets of 300 matched and 300 mismatched
 * pairs each), `pairsDevTrain.txt` and `pairsDevTest.txt` (view 1: one set each). The first line says how many sets and how
 * many pairs of each kind; then come, set by set, `name n1 n2` of matched pairs and `name1 n1 name2 n2` of mismatched ones.
 * Image n of a person is `name/name_000n.jpg`. Each set is a fold, those of a second list after those of the first.
 * http://vis-www.cs.umass.edu/lfw/README.txt
 */
export async function readLfwPairs(...lists: readonly List[]): Promise<Trials> {
  const trials = new TrialsBuilder();
  let fold = 0;
  for (const list of lists) fold += await addPairs(trials, list, fold);
  return trials.build(dirname);
}

/** Returns how many folds they are. */
async function addPairs(trials: TrialsBuilder, { lines, name }: List, firstFold: number): Promise<number> {
  let [sets, each] = [0, 0];
  let [count, lastLine] = [0, 0];
  for await (const { words, line } of wordsOf(lines)) {
    lastLine = line;
    if (each === 0) {
      const numbers = words.map(Number);
      [sets, each] = numbers.length === 1 ? [1, numbers[0] ?? 0] : [numbers[0] ?? 0, numbers[1] ?? 0];
      if (numbers.length > 2 || !(sets >= 1 && each >= 1))
        throw badLine(name, line, 'the number of sets and of pairs, such as "10 300"');
      continue;
    }
    // Matched pairs of a set come before its mismatched ones.
    const same = count % (2 * each) < each;
    if (words.length !== (same ? 3 : 4))
      throw badLine(name, line, same ? 'a matched pair: name n1 n2' : 'a mismatched pair: name1 n1 name2 n2');
    const [a = '', first = '', b = '', second = ''] = same ? [words[0], words[1], words[0], words[2]] : words;
    const fold = firstFold + Math.floor(count / (2 * each));
    trials.add(imageOf(a, first), imageOf(b, second), { same, fold });
    count += 1;
  }
  if (each === 0 || count !== sets * 2 * each)
    throw badLine(name, lastLine, `${sets * 2 * each} pairs by the first line, not ${count}`);
  return sets;
}

function imageOf(name: string, number: string): string {
  return `${name}/${name}_${number.padStart(4, '0')}.jpg`;
}
