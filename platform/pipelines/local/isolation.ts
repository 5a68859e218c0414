import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '@visavox/core/digest';
import { writeWholeFile } from '../files.ts';

/** What a step must not read, and what it may read but not change: absolute paths. */
export interface Boundaries {
  readonly hidden: readonly string[];
  readonly readOnly: readonly string[];
  /** A folder of the engine's own, which is hidden as well: what is to be hidden is written down there. */
  readonly walls: string;
}

/**
 * How much of this machine a step sees. `namespaces`: its own processes only, nothing that is hidden, and the kernel ends
 * all that it started once its command has ended. `none`: what every process of the same user sees and may do.
 */
export interface Isolation {
  readonly kind: 'namespaces' | 'none';
  wrap(command: readonly string[], boundaries: Boundaries): Promise<readonly string[]>;
}

/** Where the machine allows no more. */
export const noIsolation: Isolation = { kind: 'none', wrap: async (command) => command };

/** With these a process of root could look behind what hides a path; it keeps all others, so that `tar` and `chown` work. */
const withheld = [
  'sys_admin',
  'sys_ptrace',
  'sys_module',
  'sys_rawio',
  'sys_boot',
  'mknod',
  'dac_read_search',
];

/**
 * First process of the step's namespaces: hides and protects, then runs the command. It waits for the command when a
 * signal comes to the group, so that the command can end in its own way; when it ends, the kernel ends all that is left.
 */
const first = `
mount --all --fstab "$1" || exit 125
_n=$2; shift 2
while [ "$_n" -gt 0 ]; do
  mount --bind --options ro "$1" "$1" || exit 125
  shift; _n=$((_n - 1))
done
unset _n
trap : HUP INT TERM
"$@"
exit $?
`;

let found: Promise<Isolation> | undefined;

/** Tries once what this machine allows: root may always do it, others where user namespaces are allowed. */
export function findIsolation(): Promise<Isolation> {
  found ??= probe();
  return found;
}

async function probe(): Promise<Isolation> {
  if (process.platform !== 'linux') return noIsolation;
  const folder = await mkdtemp(join(tmpdir(), 'visavox-isolation-'));
  try {
    const isolation = namespaces(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    const secrets = join(folder, 'secrets');
    await mkdir(secrets);
    await writeFile(join(secrets, 'secret'), '');
    const [program = '', ...words] = await isolation.wrap(
      ['sh', '-c', '[ ! -r "$0" ] || [ -z "$(ls -A "$0" 2>/dev/null)" ]', secrets],
      { hidden: [secrets], readOnly: [], walls: join(folder, 'walls') },
    );
    await promisify(execFile)(program, words, { timeout: 10_000 });
    return isolation;
  } catch {
    return noIsolation; // no unshare here, or a container or a policy that forbids it
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function namespaces(uid: number, gid: number): Isolation {
  const own = uid === 0 ? [] : ['--user', '--map-root-user'];
  const outer = ['unshare', ...own, '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const capabilities = withheld.map((name) => `-${name}`).join(',');
  // Another user namespace: what was mounted in the first cannot be taken away from inside it.
  const inner =
    uid === 0
      ? ['setpriv', '--bounding-set', capabilities, '--inh-caps', capabilities, '--']
      : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  return {
    kind: 'namespaces',
    async wrap(command, { hidden, readOnly, walls }) {
      const [table, fixed] = [await tableOf(hidden, walls), await existing(readOnly)];
      return [
        ...[...outer, '/bin/sh', '-c', first, 'visavox-step'],
        ...[table, String(fixed.length), ...fixed, ...inner, ...command],
      ];
    },
  };
}

/**
 * What hides these paths as a table for `mount`, which is one process then. It is a file, since `mount` takes no other,
 * in a folder that it hides itself: nothing behind walls can change what the next ones are made of.
 */
async function tableOf(hidden: readonly string[], walls: string): Promise<string> {
  await mkdir(walls, { recursive: true, mode: 0o700 });
  const behind = await existing([...hidden, walls]);
  const lines = await Promise.all(
    behind.map(async (path) => {
      const place = path.replace(
        /[\s\\#]/g,
        (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`,
      );
      return (await stat(path)).isDirectory()
        ? // A name of its own: what is mounted there under this name already is not mounted again.
          `visavox-hidden ${place} tmpfs size=4k,mode=000 0 0`
        : `/dev/null ${place} none bind 0 0`;
    }),
  );
  const text = `${lines.join('\n')}\n`;
  const file = join(walls, digestOf(Buffer.from(text)).slice('sha256:'.length));
  const known = await readFile(file, 'utf8').catch(() => ''); // not there yet
  if (known !== text) await writeWholeFile(file, Buffer.from(text), 0o600);
  return file;
}

/** Real paths of what is there, without those inside another: what lies in a hidden folder is gone when its turn comes. */
async function existing(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(
    paths.map((path) =>
      realpath(path).then(
        async (known) => ((await stat(known)).isDirectory() || (await stat(known)).isFile() ? [known] : []),
        () => [],
      ),
    ),
  );
  const all = [...new Set(real.flat())];
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
}
