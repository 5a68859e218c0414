import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const longestHeader = 1_000_000;
const separators = [',', ';', '\t', '|'];

/** The names in the first line of a file, and what stands between them: in CSV, what there is most of. */
export async function headerOf(path, { compressed, format }) {
  const line = await firstRecord(path, compressed);
  if (line.trim() === '') throw fault('The first line has to name the columns.');
  // DuckDB would find no rows after it where the others end in another way.
  if (/[\r\n]/.test(line)) throw fault('The name of a column has a line break in it.');
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, '');
  const count = (separator) => bare.split(separator).length - 1;
  const separator =
    format === 'tsv' ? '\t' : separators.reduce((best, one) => (count(one) > count(best) ? one : best));
  return { names: distinctNames(fieldsOf(line, separator)), separator };
}

/** In the words in which DuckDB complains of a line. */
function fault(reason) {
  return new Error(`CSV Error on Line: 1\n${reason}`);
}

async function firstRecord(path, compressed) {
  const file = createReadStream(path);
  const bytes = compressed ? file.pipe(createGunzip()) : file;
  if (compressed) file.once('error', (error) => bytes.destroy(error));
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of bytes) {
      text += decoder.decode(chunk, { stream: true });
      const end = endOfRecord(text);
      if (end !== undefined) return text.slice(0, end);
      if (text.length > longestHeader) throw fault('The first line is too long.');
    }
    return text;
  } finally {
    file.destroy();
  }
}

/** Where the first line ends that is not in quotes. */
function endOfRecord(text) {
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') quoted = !quoted;
    else if (!quoted && (text[index] === '\n' || text[index] === '\r')) return index;
  }
  return undefined;
}

function fieldsOf(line, separator) {
  const fields = [''];
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (character === '"' && quoted && line[index + 1] === '"') fields[fields.length - 1] += line[index++];
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields;
}

/** DuckDB does not tell small letters from capital ones. */
function distinctNames(fields) {
  const taken = new Set();
  return fields.map((field, index) => {
    const wanted = field.trim() || `column${index}`;
    let name = wanted;
    for (let more = 1; taken.has(name.toLowerCase()); more++) name = `${wanted}_${more}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
