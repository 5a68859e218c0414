import { type Document, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';

interface ReadText {
  readonly documents: readonly Document.Parsed<ParsedNode>[];
  /** The line of an offset in the text. */
  readonly lineOf: (offset: number) => number;
}

/** The documents of YAML, or of JSON, which is YAML; their errors are among them. */
export function readYaml(text: string): ReadText {
  const strict = parse(text);
  if (strict.documents.every(({ errors }) => errors.length === 0)) return strict;
  // PyYAML, which wrote it or would read it, takes what others do not.
  const lenient = parse(withIndentedQuotes(text));
  return lenient.documents.every(({ errors }) => errors.length === 0) ? lenient : strict;
}

function parse(text: string): ReadText {
  const lineCounter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter })];
  return { documents, lineOf: (offset) => lineCounter.linePos(offset).line };
}

/**
 * Quoted texts of several lines, moved to the right where they go on. Their value stays the same, and so do the lines: YAML
 * wants them to be deeper than what they belong to, and PyYAML does not mind.
 */
function withIndentedQuotes(text: string): string {
  let open: { readonly quote: string; readonly indent: string } | undefined;
  const lines = text.split('\n').map((line) => {
    const begun = open;
    const indented = begun && line.trim() !== '' ? begun.indent + line : line;
    const [, indent = '', quote, rest] =
      (begun
        ? ['', begun.indent, begun.quote, line]
        : /^(\s*(?:- )*(?:[\w.-]+:\s+)?)(["'])(.*)$/.exec(line)) ?? [];
    open = quote && !isClosed(rest ?? '', quote) ? { quote, indent: ' '.repeat(indent.length) } : undefined;
    return indented;
  });
  return lines.join('\n');
}

/** Whether a quoted text ends in this line of it. */
function isClosed(line: string, quote: string): boolean {
  const inside = quote === '"' ? line.replace(/\\./g, '') : line.replaceAll("''", '');
  return inside.includes(quote);
}
