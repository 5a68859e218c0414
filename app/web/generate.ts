import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const header = '/** Generated from the server’s /api/openapi.json by `npm run generate -w app/web`. */\n';

/** The types of an OpenAPI document, as `api/schema.ts` holds them. */
export async function typesOf(document: string): Promise<string> {
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const nodes = await openapiTS(document, {
    defaultNonNullable: false, // what has a default need not be sent
    transform: (schema) => (schema.format === 'binary' ? blob : undefined),
  });
  return header + astToString(nodes);
}

/** From a running server, or from a file that is named. */
async function generate(source = process.env.VISAVOX_SERVER ?? 'http://127.0.0.1:4600'): Promise<void> {
  const document = source.startsWith('http')
    ? await (await fetch(new URL('/api/openapi.json', source))).text()
    : await readFile(source, 'utf8');
  await writeFile(new URL('./api/schema.ts', import.meta.url), await typesOf(document));
}

if (import.meta.filename === process.argv[1]) await generate(process.argv[2]);
