import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

/** The types of an OpenAPI document, as a module. `command` makes the file anew. */
export async function typesOf(document: string, command: string): Promise<string> {
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const nodes = await openapiTS(document, {
    defaultNonNullable: false, // what has a default need not be sent
    transform: (schema) => (schema.format === 'binary' ? blob : undefined),
  });
  return `/** Generated from the server’s /api/openapi.json by \`${command}\`. */\n${astToString(nodes)}`;
}

/** Writes the types to a file: from a running server (VISAVOX_SERVER), or from a document that is named. */
export async function generate(file: string, command: string): Promise<void> {
  const source = process.argv[2] ?? process.env.VISAVOX_SERVER ?? 'http://127.0.0.1:4600';
  const document = source.startsWith('http')
    ? await (await fetch(new URL('/api/openapi.json', source))).text()
    : await readFile(source, 'utf8');
  await writeFile(file, await typesOf(document, command));
}

export const command = 'npm run generate -w platform/console';

if (import.meta.filename === process.argv[1])
  await generate(fileURLToPath(new URL('./api/schema.ts', import.meta.url)), command);
