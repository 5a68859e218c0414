import { expect, test } from 'vitest';
import { readTemplateFaces, readTemplatePairs } from './ijb-c.ts';

const media = { name: 'ijbc_face_tid_mid.txt', lines: ['1.jpg 1 69544', '2.jpg 11065 69544'] };
const POINTS = '40.5 50 80 50 60 70 45 90 75 90';
const points = (...lines: string[]) => ({ name: 'ijbc_name_5pts_score.txt', lines });

test('faces with template, medium and points', async () => {
  const faces = await readTemplateFaces(media, points(`1.jpg ${POINTS} 0.99`, `2.jpg ${POINTS} 0.5`));
  expect(faces[0]).toEqual({
    ...{ image: '1.jpg', template: 1, medium: 69544 },
    points: [
      [40.5, 50],
      [80, 50],
      [60, 70],
      [45, 90],
      [75, 90],
    ],
  });
  expect(faces[1]).toMatchObject({ image: '2.jpg', template: 11065 });
});

test('lists that do not belong together are refused', async () => {
  const swapped = points(`2.jpg ${POINTS} 0.99`, `1.jpg ${POINTS} 0.5`);
  await expect(readTemplateFaces(media, swapped)).rejects.toThrow('1.jpg');
  await expect(readTemplateFaces(media, points(`1.jpg ${POINTS} 0.99`))).rejects.toMatchObject({
    code: 'list_invalid',
  });
});

test('pairs come one at a time', async () => {
  const pairs = readTemplatePairs({ name: 'pairs', lines: ['1 11065 1', '1 2 0', 'x 2 0'] });
  expect((await pairs.next()).value).toEqual({ a: 1, b: 11065, same: true });
  expect((await pairs.next()).value).toEqual({ a: 1, b: 2, same: false });
  await expect(pairs.next()).rejects.toThrow('line 3');
});
