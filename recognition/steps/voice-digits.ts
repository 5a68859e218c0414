import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syntheticPerson } from '../synthetic/person.ts';
import { Random } from '../synthetic/random.ts';
import { runStep } from './step.ts';

/** Synthetic people say digits: `INDEX.wav` and `prompts.csv` (file,digits), which the digit recogniser is trained on. */
await runStep(async (step) => {
  const out = step.argument('out');
  const whole = (name: string) => Number.parseInt(step.argument(name), 10);
  const [people, utterances, seed] = [whole('people'), whole('utterances'), whole('seed')];
  await mkdir(out, { recursive: true });
  const prompts = ['file,digits'];
  for (let index = 0; index < people; index++) {
    const person = syntheticPerson(seed, index);
    const random = new Random('digits', seed, index);
    for (let take = 0; take < utterances; take++) {
      const digits = Array.from({ length: 2 + random.below(5) }, () => random.below(10)).join('');
      const file = `${index}-${take}.wav`;
      await writeFile(join(out, file), person.utterance(digits, take));
      prompts.push(`${file},${digits}`);
    }
  }
  await writeFile(join(out, 'prompts.csv'), `${prompts.join('\n')}\n`);
});
