import { expect, test } from 'vitest';
import { FaceAlignmentProperties } from './bundle-parts.ts';

test('a face network that says nothing of its pictures takes those of the first releases', () => {
  expect(FaceAlignmentProperties.parse({ name: 'of an operator' })).toEqual({ canvas: 150 });
});
