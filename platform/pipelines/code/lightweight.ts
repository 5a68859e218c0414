import type { CodeManifest } from '@visavox/core/code';
import type { IrContainer } from '../ir.ts';

/** The source of a Python function that kfp compiled into the command that runs it; undefined for other commands. */
export function lightweightSource({ command = [], args = [] }: IrContainer): string | undefined {
  const words = [...command, ...args];
  if (!words.some((word) => word.includes('kfp.dsl.executor_main') || word.includes('_KFP_RUNTIME=true')))
    return undefined;
  return words.find((word) => /^\s*(from|import) kfp\b/m.test(word));
}

/** Words by which Python reaches for what its text does not name. */
const unforeseen =
  /\b(importlib|__import__|runpy|exec|eval|subprocess|popen|os\.system|glob|listdir|scandir|walk|iterdir|getcwd|Path\.cwd|sys\.path|executor_input)\b/;

/** Whether such a function may use a file of the code, by what it imports and names. In doubt it may. */
export function mayUse(source: string, { files, links }: CodeManifest): boolean {
  const paths = [...files, ...links].map(({ path }) => path);
  if (paths.length === 0) return false;
  const text = source.replace(/^import kfp$|^from kfp import dsl$|^from kfp\.dsl import \*$/gm, '');
  if (unforeseen.test(text)) return true;
  const modules = new Set(paths.map((path) => (path.split('/')[0] ?? '').replace(/\.pyi?$/, '')));
  const imported = [...text.matchAll(/^\s*(?:from|import)\s+([\w., ]+)/gm)].flatMap((match) =>
    (match[1] ?? '').split(',').map((name) => name.trim().split(/[.\s]/)[0] ?? ''),
  );
  if (imported.some((name) => modules.has(name))) return true;
  const strings = [...text.matchAll(/(['"])((?:(?!\1)[^\\\n]|\\.)*)\1/g)].map((match) => match[2] ?? '');
  const names = new Set(paths.flatMap((path) => [path, path.split('/').at(-1) ?? path]));
  return strings.some(
    (string) => names.has(string.replace(/^(\.\/)+/, '')) || names.has(string.split('/').at(-1) ?? ''),
  );
}
