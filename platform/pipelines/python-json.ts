/** Where a value that JSON does not have stands, and what it is: `loss.validation`, `NaN`. */
export interface NotFinite {
  readonly path: readonly (string | number)[];
  readonly value: 'NaN' | 'Infinity' | '-Infinity';
}

const mark = '\0not finite ';
const wordOrText = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * JSON as Python's `json` writes it: with the words NaN, Infinity and -Infinity, which no other reader of JSON takes. They
 * become texts, as in proto3's JSON form, and are listed. Undefined for what is not JSON even so.
 */
export function parsePythonJson(
  text: string,
): { readonly value: unknown; readonly notFinite: readonly NotFinite[] } | undefined {
  const marked = text.replace(wordOrText, (word) =>
    word.startsWith('"') ? word : JSON.stringify(`${mark}${word}`),
  );
  let parsed: unknown;
  try {
    parsed = JSON.parse(marked);
  } catch {
    return undefined;
  }
  const notFinite: NotFinite[] = [];
  return { value: unmarked(parsed, [], notFinite), notFinite };
}

function unmarked(value: unknown, path: NotFinite['path'], found: NotFinite[]): unknown {
  const word = nameOf(value);
  if (word) {
    found.push({ path, value: word });
    return word;
  }
  if (Array.isArray(value)) return value.map((item, index) => unmarked(item, [...path, index], found));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, unmarked(item, [...path, key], found)]),
  );
}

/** A number such as 1e999 is JSON, and infinite here. */
function nameOf(value: unknown): NotFinite['value'] | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (typeof value !== 'string' || !value.startsWith(mark)) return undefined;
  const word = value.slice(mark.length);
  return word === 'NaN' || word === 'Infinity' || word === '-Infinity' ? word : 'NaN';
}
