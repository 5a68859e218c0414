import { UserError } from '@visavox/core/errors';
import { badLine, type List, wordsOf } from './list-lines.ts';
import { numbered } from './trials.ts';

/** Utterances that are to be told apart, each with what a countermeasure makes of it. */
export interface ScoredUtterances {
  /** Higher speaks for a living speaker. */
  readonly scores: Float64Array;
  /** 1 where it is bona fide. */
  readonly same: Uint8Array;
  readonly speakers: Uint32Array;
}

/**
 * Track 1 of ASVspoof 5. The protocol (`ASVspoof5.dev.track_1.tsv`) has no header and ten columns: speaker, file, gender,
 * codec, its quality, its seed, attack tag, attack label, key (`bonafide` or `spoof`), and one that is left free. Scores are
 * in the form of the challenge's evaluation package: `filename` and `cm-score`, with that header or without.
 * https://github.com/asvspoof-challenge/asvspoof5
 */
export async function readAsvSpoof(protocol: List, scores: List): Promise<ScoredUtterances> {
  const made = await readScores(scores);
  const speakers: string[] = [];
  const [values, same]: [number[], number[]] = [[], []];
  const unscored: string[] = [];
  for await (const { words, line } of wordsOf(protocol.lines)) {
    const [speaker = '', file = ''] = words;
    const key = words[8];
    if (words.length !== 10 || (key !== 'bonafide' && key !== 'spoof'))
      throw badLine(protocol.name, line, 'ten columns, the ninth of them bonafide or spoof');
    const score = made.get(file);
    if (score === undefined) unscored.push(file);
    speakers.push(speaker);
    values.push(score ?? 0);
    same.push(Number(key === 'bonafide'));
  }
  if (unscored.length > 0)
    throw new UserError({
      kind: 'invalid',
      code: 'scores_missing',
      message: `${scores.name} has no score for ${unscored.length} of ${values.length} utterances; the first is ${unscored[0]}.`,
      action: 'Score every utterance of the protocol.',
    });
  return { scores: Float64Array.from(values), same: Uint8Array.from(same), speakers: numbered(speakers) };
}

async function readScores({ lines, name }: List): Promise<Map<string, number>> {
  const scores = new Map<string, number>();
  for await (const { words, line } of wordsOf(lines)) {
    const [file = '', score = ''] = words;
    if (line === 1 && file === 'filename') continue;
    const value = Number(score);
    if (words.length !== 2 || !Number.isFinite(value)) throw badLine(name, line, 'a file name and its score');
    scores.set(file, value);
  }
  return scores;
}
