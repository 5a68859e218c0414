import type { FacePoints } from '../../face-finding/face-alignment.ts';
import { badLine, type List, wordsOf } from './list-lines.ts';

/** A picture of a face: a still, or a frame of a video. */
export interface TemplateFace {
  /** Below the folder of loose crops. */
  readonly image: string;
  readonly template: number;
  /** Frames of one video are one medium. */
  readonly medium: number;
  /** Both eyes, the tip of the nose, both corners of the mouth, in pixels. */
  readonly points: FacePoints;
}

/**
 * Faces of IJB-C (Maze et al., IARPA Janus Benchmark-C, ICB 2018) in the lists that the evaluation of ArcFace made and later
 * papers use: `ijbc_face_tid_mid.txt` (`1.jpg 1 69544`: image, template, medium) and, line by line for the same images,
 * `ijbc_name_5pts_score.txt` (image, five points, the detector's score).
 * https://github.com/deepinsight/insightface/tree/master/recognition/_evaluation_/ijb
 */
export async function readTemplateFaces(media: List, points: List): Promise<TemplateFace[]> {
  const listed: Pick<TemplateFace, 'image' | 'template' | 'medium'>[] = [];
  for await (const { words, line } of wordsOf(media.lines)) {
    const [image = '', template = '', medium = ''] = words;
    if (words.length !== 3 || !isWhole(template) || !isWhole(medium))
      throw badLine(media.name, line, 'an image and the numbers of its template and medium');
    listed.push({ image, template: Number(template), medium: Number(medium) });
  }
  const faces: TemplateFace[] = [];
  for await (const { words, line } of wordsOf(points.lines)) {
    const face = listed[faces.length];
    const numbers = words.slice(1).map(Number);
    if (numbers.length !== 11 || !numbers.every(Number.isFinite))
      throw badLine(points.name, line, 'an image, the x and y of five points, and a score');
    if (!face || face.image !== words[0])
      throw badLine(points.name, line, `${face?.image ?? 'no more images'}, as in ${media.name}`);
    faces.push({ ...face, points: pointsOf(numbers) });
  }
  if (faces.length < listed.length)
    throw badLine(points.name, faces.length + 1, `${listed.length} images, as in ${media.name}`);
  return faces;
}

function pointsOf(numbers: readonly number[]): FacePoints {
  const at = (index: number) => [numbers[2 * index] ?? 0, numbers[2 * index + 1] ?? 0] as const;
  return [at(0), at(1), at(2), at(3), at(4)];
}

export interface TemplatePair {
  readonly a: number;
  readonly b: number;
  readonly same: boolean;
}

/** `ijbc_template_pair_label.txt`: `1 11065 1`, two templates and 1 for the same person. Fifteen million, so one at a time. */
export async function* readTemplatePairs({ lines, name }: List): AsyncGenerator<TemplatePair> {
  for await (const { words, line } of wordsOf(lines)) {
    const [a = '', b = '', same = ''] = words;
    if (words.length !== 3 || !isWhole(a) || !isWhole(b) || (same !== '0' && same !== '1'))
      throw badLine(name, line, 'the numbers of two templates, and 0 or 1');
    yield { a: Number(a), b: Number(b), same: same === '1' };
  }
}

const isWhole = (word: string) => /^\d+$/.test(word);
