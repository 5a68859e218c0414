import { UserError } from '@visavox/core/errors';
import { z } from 'zod';

/** A published protocol: how it is run, and its lists where the data set has them. */
export type Protocol =
  | { readonly kind: 'lfw-view1'; readonly lists: readonly [train: string, test: string] }
  | { readonly kind: 'lfw-view2'; readonly lists: readonly [pairs: string] }
  | { readonly kind: 'voxceleb'; readonly lists: readonly [trials: string] }
  | { readonly kind: 'sitw'; readonly lists: readonly [enrolment: string, key: string] }
  | { readonly kind: 'ijbc'; readonly lists: readonly [media: string, points: string, pairs: string] }
  | { readonly kind: 'asvspoof5'; readonly lists: readonly [protocol: string] };

export const ProtocolName = z.enum([
  'lfw-view1',
  'lfw-view2',
  'voxceleb1-o',
  'voxceleb1-o-cleaned',
  'voxceleb1-e',
  'voxceleb1-e-cleaned',
  'voxceleb1-h',
  'voxceleb1-h-cleaned',
  'sitw-core-core',
  'ijbc-1-1',
  'asvspoof5-track1-dev',
  'asvspoof5-track1-eval',
]);
export type ProtocolName = z.infer<typeof ProtocolName>;

const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  'lfw-view1': { kind: 'lfw-view1', lists: ['pairsDevTrain.txt', 'pairsDevTest.txt'] },
  'lfw-view2': { kind: 'lfw-view2', lists: ['pairs.txt'] },
  'voxceleb1-o': { kind: 'voxceleb', lists: ['veri_test.txt'] },
  'voxceleb1-o-cleaned': { kind: 'voxceleb', lists: ['veri_test2.txt'] },
  'voxceleb1-e': { kind: 'voxceleb', lists: ['list_test_all.txt'] },
  'voxceleb1-e-cleaned': { kind: 'voxceleb', lists: ['list_test_all2.txt'] },
  'voxceleb1-h': { kind: 'voxceleb', lists: ['list_test_hard.txt'] },
  'voxceleb1-h-cleaned': { kind: 'voxceleb', lists: ['list_test_hard2.txt'] },
  'sitw-core-core': { kind: 'sitw', lists: ['lists/enroll-core.lst', 'keys/core-core.lst'] },
  'ijbc-1-1': {
    kind: 'ijbc',
    lists: [
      'meta/ijbc_face_tid_mid.txt',
      'meta/ijbc_name_5pts_score.txt',
      'meta/ijbc_template_pair_label.txt',
    ],
  },
  'asvspoof5-track1-dev': { kind: 'asvspoof5', lists: ['ASVspoof5.dev.track_1.tsv'] },
  'asvspoof5-track1-eval': { kind: 'asvspoof5', lists: ['ASVspoof5.eval.track_1.tsv'] },
};

export function protocolOf(name: string): { readonly name: ProtocolName; readonly protocol: Protocol } {
  const known = ProtocolName.safeParse(name).data;
  if (known) return { name: known, protocol: PROTOCOLS[known] };
  throw new UserError({
    kind: 'invalid',
    code: 'protocol_unknown',
    message: `There is no protocol ${name}.`,
    action: `Name one of ${ProtocolName.options.join(', ')}.`,
  });
}
