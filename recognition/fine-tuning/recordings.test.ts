import { expect, it } from 'vitest';
import { recordingsFile, type SpokenRecording } from './recordings.ts';

const spoken = (person: string, take: number, heard = true): SpokenRecording => ({
  ...{ person, heard, key: `${person}-${take}` },
  waveform: Float32Array.of(take / 10, -take / 10),
});
const read = (file: Uint8Array) => {
  const bytes = Buffer.from(file);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, end).toString('utf8'));
  const [from, to] = header.samples.data_offsets;
  return {
    items: JSON.parse(header.__metadata__.items) as { person: string; split: string }[],
    samples: new Float32Array(Uint8Array.from(bytes.subarray(end + from, end + to)).buffer),
  };
};

it('holds what everybody said, and of whom is learned', () => {
  const { items, samples } = read(recordingsFile([spoken('ada', 1), spoken('ben', 2, false)]));
  expect(items).toContainEqual({ person: 'ada', split: 'train' });
  expect(items).toContainEqual({ person: 'ben', split: 'validation' });
  expect([...samples].sort()).toEqual([...Float32Array.of(-0.1, -0.2, 0.1, 0.2)].sort());
});

it('is the same in whatever order recordings come', () => {
  const recordings = ['ada', 'ben', 'cy'].flatMap((person) => [spoken(person, 1), spoken(person, 2)]);
  expect(recordingsFile([...recordings].reverse())).toEqual(recordingsFile(recordings));
});

it('takes ten recordings of who has more', () => {
  const many = Array.from({ length: 30 }, (_, take) => spoken('ada', take));
  expect(read(recordingsFile([...many, spoken('ben', 1)])).items).toHaveLength(11);
});
