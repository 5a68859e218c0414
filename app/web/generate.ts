import { fileURLToPath } from 'node:url';
import { generate } from '@visavox/console/generate';

export const command = 'npm run generate -w app/web';

if (import.meta.filename === process.argv[1])
  await generate(fileURLToPath(new URL('./api/schema.ts', import.meta.url)), command);
