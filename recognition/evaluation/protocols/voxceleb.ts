import { badLine, type List, wordsOf } from './list-lines.ts';
import { type Trials, TrialsBuilder } from './trials.ts';

/**
 * Trials of VoxCeleb1, as `veri_test.txt` (O), `list_test_all.txt` (E) and `list_test_hard.txt` (H) and their cleaned versions
 * (the names end in 2) have them: `1 id10270/x6uYqmx31kE/00001.wav id10270/8jEAjG6SegY/00008.wav`, 1 for the same speaker. The
 * first folder of a path is the speaker. https://www.robots.ox.ac.uk/~vgg/data/voxceleb/vox1.html
 */
export async function readVoxCelebTrials({ lines, name }: List): Promise<Trials> {
  const trials = new TrialsBuilder();
  for await (const { words, line } of wordsOf(lines)) {
    const [same = '', enrolled = '', probe = ''] = words;
    if (words.length !== 3 || (same !== '0' && same !== '1'))
      throw badLine(name, line, '0 or 1 and two recordings, with a space between them');
    trials.add(enrolled, probe, { same: same === '1' });
  }
  return trials.build((item) => item.split('/', 1)[0] ?? item);
}
