import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseBackboneManifest } from '../backbone/manifest.ts';
import { DocumentedFigures, documentFile, figuresFile, withFigures } from './document.ts';

test('the tables of docs/recogniser.md are those of the figures beside it', async () => {
  const figures = DocumentedFigures.parse(JSON.parse(await readFile(figuresFile, 'utf8')));
  const text = await readFile(documentFile, 'utf8');
  expect(withFigures(text, figures)).toBe(text);
});

test('the manifest that docs/recogniser.md shows is one', async () => {
  const text = await readFile(documentFile, 'utf8');
  const [, manifest = ''] = text.match(/```json\n(.*?)```/s) ?? [];
  expect(parseBackboneManifest(manifest, 'the example')).toMatchObject({ modality: 'face', dimension: 512 });
});
