import { z } from 'zod';

const wordList = z.array(z.string()).readonly();

/** One `pip install` of a component's command. */
export const PipInstall = z.object({
  requirements: wordList,
  withDependencies: z.boolean(),
  indexUrls: wordList,
  trustedHosts: wordList,
  findLinks: wordList,
});
export type PipInstall = Readonly<z.infer<typeof PipInstall>>;

export interface PipPrelude {
  readonly installs: readonly PipInstall[];
  /** What is to run once they are installed. */
  readonly command: readonly string[];
}

/**
 * Takes the installation of packages off a command: the shell script that kfp's SDK (2.0 to 2.17, with and without
 * `use_venv`) writes before a lightweight component's own, and that a component's `packages` compile to. Undefined where
 * the command does not begin with exactly such a script: it is run as it is then.
 */
export function pipPrelude(command: readonly string[]): PipPrelude | undefined {
  const [shell, option, script, ...rest] = command;
  if (shell !== 'sh' || option !== '-c' || script === undefined || rest.length === 0) return undefined;
  const parts = script.replace(withoutPip, '\n').split(/&&|\n/);
  const statements = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (statements.pop() !== '"$0" "$@"') return undefined;
  const installs: PipInstall[] = [];
  for (const statement of statements) {
    if (ownVenv.has(statement)) continue;
    const install = pipInstall(statement.replace(/^PIP_DISABLE_PIP_VERSION_CHECK=1\s+/, ''));
    if (!install) return undefined;
    installs.push(install);
  }
  return installs.length > 0 ? { installs, command: rest } : undefined;
}

/** Such a script for these packages, as kfp's SDK writes it: what runs a component with `packages` on Kubeflow. */
export function withPipPrelude(packages: readonly string[], command: readonly string[]): readonly string[] {
  if (packages.length === 0) return command;
  const words = packages.map((requirement) => `'${requirement.replaceAll("'", `'\\''`)}'`).join(' ');
  const install = `python3 -m pip install --quiet --no-warn-script-location ${words}`;
  return ['sh', '-c', `\nPIP_DISABLE_PIP_VERSION_CHECK=1 ${install} && "$0" "$@"\n`, ...command];
}

/** Gets pip where there is none. */
const withoutPip = /^\s*if ! \[ -x "\$\(command -v pip\)" \]; then\n[^\n]*ensurepip[^\n]*\nfi\n/;

/** `use_venv`: an environment inside the container's own. */
const ownVenv = new Set([
  'export PIP_DISABLE_PIP_VERSION_CHECK=1',
  'tmp=$(mktemp -d)',
  'python3 -m venv "$tmp/venv" --system-site-packages',
  '. "$tmp/venv/bin/activate"',
]);

const ignored = new Set(['--quiet', '-q', '--no-warn-script-location', '--no-cache-dir', '--upgrade', '-U']);

function pipInstall(statement: string): PipInstall | undefined {
  const words = shellWords(statement);
  if (
    words
      ?.slice(0, 4)
      .join(' ')
      .replace(/^python /, 'python3 ') !== 'python3 -m pip install'
  )
    return undefined;
  const lists = {
    index: [] as string[],
    extra: [] as string[],
    trusted: [] as string[],
    links: [] as string[],
  };
  const taking: Readonly<Record<string, string[]>> = {
    '--index-url': lists.index,
    '-i': lists.index,
    '--extra-index-url': lists.extra,
    '--trusted-host': lists.trusted,
    '--find-links': lists.links,
    '-f': lists.links,
  };
  const requirements: string[] = [];
  let withDependencies = true;
  for (let at = 4; at < words.length; at++) {
    const [option = '', joined] = splitOption(words[at] ?? '');
    const list = taking[option];
    if (list) {
      const value = joined ?? words[++at];
      if (value === undefined) return undefined;
      list.push(value);
    } else if (option === '--no-deps') withDependencies = false;
    else if (ignored.has(option)) continue;
    else if (option.startsWith('-')) return undefined;
    else requirements.push(words[at] ?? '');
  }
  if (requirements.length === 0) return undefined;
  return {
    ...{ requirements, withDependencies },
    indexUrls: [...lists.index, ...lists.extra],
    trustedHosts: lists.trusted,
    findLinks: lists.links,
  };
}

function splitOption(word: string): [string, string | undefined] {
  const match = /^(--[a-z-]+)=(.*)$/.exec(word);
  return match ? [match[1] ?? '', match[2]] : [word, undefined];
}

/** The words of a command without expansions; undefined where the shell would make something else of it. */
function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    let word = '';
    for (;;) {
      const part = /^(?:'([^']*)'|"([^"$`\\]*)"|\\(.)|([^\s'"$`\\;|&<>()*?[\]{}#~]+|\[[\w,.-]+\]))/.exec(
        rest,
      );
      if (!part) break;
      word += part[1] ?? part[2] ?? part[3] ?? part[4] ?? '';
      rest = rest.slice(part[0].length);
    }
    if (rest !== '' && !/^\s/.test(rest)) return undefined;
    words.push(word);
    rest = rest.trimStart();
  }
  return words;
}
