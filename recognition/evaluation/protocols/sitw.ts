import { badLine, type List, wordsOf } from './list-lines.ts';
import { type Trials, TrialsBuilder } from './trials.ts';

/**
 * Core-core of Speakers in the Wild (McLaren et al., The Speakers in the Wild (SITW) speaker recognition database, Interspeech
 * 2016). `enroll-core.lst`: `12013 audio/unzju.flac`, the recording that enrols a model. `core-core.lst`:
 * `12013 audio/lqjxy.flac imp`, a model, a recording and `tgt` or `imp`. Nothing says whose a recording is; what is listed as
 * `tgt` is one person with its model.
 */
export async function readSitwTrials(enrolment: List, key: List): Promise<Trials> {
  const models = new Map<string, string>();
  for await (const { words, line } of wordsOf(enrolment.lines)) {
    const [model = '', recording] = words;
    if (recording === undefined) throw badLine(enrolment.name, line, 'a model and its recording');
    models.set(model, recording);
  }
  const trials = new TrialsBuilder();
  for await (const { words, line } of wordsOf(key.lines)) {
    const [model = '', recording = '', truth = ''] = words;
    if (words.length !== 3 || (truth !== 'tgt' && truth !== 'imp'))
      throw badLine(key.name, line, 'a model, a recording, and tgt or imp');
    const enrolled = models.get(model);
    if (enrolled === undefined) throw badLine(key.name, line, `a model of ${enrolment.name}, not ${model}`);
    trials.add(enrolled, recording, { same: truth === 'tgt' });
  }
  return trials.build();
}
