import { expect, test } from 'vitest';
import { readSitwTrials } from './sitw.ts';

const enrolment = { name: 'enroll-core.lst', lines: ['12013 audio/unzju.flac', '12014 audio/kfmko.flac'] };
const key = (...lines: string[]) => ({ name: 'core-core.lst', lines });

test('models are compared by the recording that enrols them, and matches are one person', async () => {
  const trials = await readSitwTrials(
    enrolment,
    key('12013 audio/lqjxy.flac imp', '12013 audio/aaoao.flac tgt', '12014 audio/lqjxy.flac tgt'),
  );
  expect(trials.items).toEqual([
    'audio/unzju.flac',
    'audio/lqjxy.flac',
    'audio/aaoao.flac',
    'audio/kfmko.flac',
  ]);
  expect([...trials.same]).toEqual([0, 1, 1]);
  expect([...trials.people]).toEqual([0, 1, 0, 1]);
});

test('a model that is not enrolled is told', async () => {
  await expect(readSitwTrials(enrolment, key('99999 audio/lqjxy.flac imp'))).rejects.toThrow('99999');
  await expect(readSitwTrials(enrolment, key('12013 audio/lqjxy.flac yes'))).rejects.toMatchObject({
    code: 'list_invalid',
  });
});
