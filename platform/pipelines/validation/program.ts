import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the program needs, as pip takes it. */
export const validationPackages = ['pandera[io,pandas]==0.35.0', 'pandas==3.1.1', 'pyarrow==26.0.1'] as const;

/** The program of Python that checks the tables of a dataset version against rules. */
export const validationProgram = fileURLToPath(new URL('./validate.py', import.meta.url));

export function validationSource(): string {
  return readFileSync(validationProgram, 'utf8');
}
