import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labelsFileName } from '@visavox/core/dataset';
import { syntheticPerson } from '../synthetic/person.ts';
import { Random } from '../synthetic/random.ts';
import { runStep } from './step.ts';

/** Of twenty people, one is watched while it is learned, two are measured on, and the others are learned from. */
const splitOf = (index: number) =>
  index % 20 === 3 ? 'validation' : index % 10 === 7 ? 'evaluation' : 'train';

/**
 * Who is measured on says everything more slowly and more quickly too than anybody speaks who is learned from: those have a
 * tempo between 0.68 and 0.95, which training changes by up to a fifth.
 */
const paces = { usual: undefined, slow: 0.5, fast: 1.3 } as const;

/** Synthetic people say digits: `PERSON-TAKE[-PACE].wav` and their labels, a folder to be imported as a dataset version. */
await runStep(async (step) => {
  const out = step.argument('out');
  const whole = (name: string) => Number.parseInt(step.argument(name), 10);
  const [people, utterances, seed] = [whole('people'), whole('utterances'), whole('seed')];
  await mkdir(out, { recursive: true });
  const rows = ['file_name,digits,person,split,pace'];
  for (let index = 0; index < people; index++) {
    const person = syntheticPerson(seed, index);
    const random = new Random('digits', seed, index);
    const split = splitOf(index);
    for (let take = 0; take < utterances; take++) {
      const digits = Array.from({ length: 2 + random.below(5) }, () => random.below(10)).join('');
      for (const [pace, tempo] of Object.entries(paces)) {
        if (pace !== 'usual' && split !== 'evaluation') continue;
        const file = `${index}-${take}${pace === 'usual' ? '' : `-${pace}`}.wav`;
        await writeFile(join(out, file), person.utterance(digits, take, { tempo }));
        rows.push([file, digits, index, split, pace].join(','));
      }
    }
  }
  await writeFile(join(out, labelsFileName), `${rows.join('\n')}\n`);
});
