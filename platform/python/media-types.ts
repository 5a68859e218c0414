import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

/** The media type of each ending of a name, as the command line gives them: they are part of what a dataset version is. */
export function mediaTypes(): string {
  const types = Object.entries({ ...standard, ...other }).flatMap(([type, endings]) =>
    // One with a star is another type's ending in the first place.
    endings
      .filter((ending) => !ending.startsWith('*'))
      .map((ending) => [ending.toLowerCase(), type] as const),
  );
  const sorted = types.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

export const mediaTypesFile = fileURLToPath(new URL('./src/visavox/media-types.json', import.meta.url));

if (import.meta.filename === process.argv[1]) await writeFile(mediaTypesFile, mediaTypes());
