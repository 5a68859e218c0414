import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a step must not read, and what it may read but not change: absolute paths. */
export interface Boundaries {
  readonly hidden: readonly string[];
  readonly readOnly: readonly string[];
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
_n=$1; shift
while [ "$_n" -gt 0 ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o size=4k,mode=000 tmpfs "$1"; else mount --bind /dev/null "$1"; fi || exit 125
  shift; _n=$((_n - 1))
done
_n=$1; shift
while [ "$_n" -gt 0 ]; do
  { mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"; } || exit 125
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
    const [program = '', ...words] = await isolation.wrap(
      ['sh', '-c', '[ ! -r "$0" ] || [ -z "$(ls -A "$0" 2>/dev/null)" ]', folder],
      { hidden: [folder], readOnly: [] },
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
    async wrap(command, { hidden, readOnly }) {
      const [behind, fixed] = [await existing(hidden), await existing(readOnly)];
      const counted = (paths: readonly string[]) => [String(paths.length), ...paths];
      return [
        ...[...outer, '/bin/sh', '-c', first, 'visavox-step'],
        ...[...counted(behind), ...counted(fixed), ...inner, ...command],
      ];
    },
  };
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
