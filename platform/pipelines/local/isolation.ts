import { execFile } from 'node:child_process';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf, hexOf } from '@visavox/core/digest';
import { writeWholeFile } from '../files.ts';

/** What a step must not read, and what it may read but not change: absolute paths. */
export interface Boundaries {
  readonly hidden: readonly string[];
  readonly readOnly: readonly string[];
  /** A folder of the engine's own, which is hidden as well: what is to be hidden is written down there. */
  readonly walls: string;
  /** Folders that it finds at other paths. */
  readonly mounts?: Mounts | undefined;
}

export interface Mounts {
  /** An empty folder, to mount on while the others are made room for. */
  readonly stage: string;
  readonly folders: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
}

/**
 * How much of this machine a step sees. `namespaces`: its own processes only, nothing that is hidden, and the kernel ends
 * all that it started once its command has ended. `none`: what every process of the same user sees and may do.
 */
export interface Isolation {
  readonly kind: 'namespaces' | 'none';
  /** Whether it can give a step folders at paths of their own. Tried at the first call. */
  canMount(): Promise<boolean>;
  wrap(command: readonly string[], boundaries: Boundaries): Promise<readonly string[]>;
}

/** Where the machine allows no more. */
export const noIsolation: Isolation = {
  kind: 'none',
  canMount: async () => false,
  wrap: async (command) => command,
};

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
`;

/**
 * Gives a step folders at paths of its own, without a trace on the disk: where such a path is not there, the folder above
 * it is covered with one in memory that has all that was in it, and room for more. Above a path like \`/data\` that is the
 * root itself, which is exchanged.
 */
const mountFolders = `
_stage=$1; _n=$2; shift 2
_own=:
_fill() {
  for _from in "$1"/* "$1"/.[!.]*; do
    _to="$2/\${_from##*/}"
    if [ -L "$_from" ]; then cp -P "$_from" "$_to"
    elif [ -d "$_from" ]; then mkdir "$_to" && mount --rbind "$_from" "$_to"
    elif [ -e "$_from" ]; then : > "$_to" && mount --bind "$_from" "$_to"
    fi || return 1
  done
}
_cover() {
  if [ "$1" = / ]; then
    mount -t tmpfs -o mode=755 visavox-root "$_stage" && _fill "" "$_stage" && mkdir "$_stage/.visavox" || return 1
    pivot_root "$_stage" "$_stage/.visavox" && umount --lazy /.visavox && rmdir /.visavox || return 1
    umount --lazy "$_stage" 2> /dev/null
    cd "$PWD" || return 1
  else
    mount --rbind "$1" "$_stage" && mount -t tmpfs -o mode=755 visavox-folder "$1" || return 1
    _fill "$_stage" "$1" && umount --lazy "$_stage" || return 1
  fi
  _own="$_own$1:"
}
_room() {
  [ -d "$1" ] && return 0
  _room "$(dirname "$1")" || return 1
  case "$_own" in
    *":$(dirname "$1"):"*) ;;
    *) _cover "$(dirname "$1")" || return 1 ;;
  esac
  mkdir "$1" && _own="$_own$1:"
}
while [ "$_n" -gt 0 ]; do
  _room "$3" && mount --bind --options "$1" "$2" "$3" || exit 125
  shift 3; _n=$((_n - 1))
done
unset _stage _n _own _from _to
`;

const runCommand = `
trap : HUP INT TERM
"$@"
exit $?
`;

let found: Promise<Isolation> | undefined;
let mounting: Promise<boolean> | undefined;

/** Tries once what this machine allows: root may always do it, others where user namespaces are allowed. */
export function findIsolation(): Promise<Isolation> {
  found ??= probe();
  return found;
}

async function probe(): Promise<Isolation> {
  if (process.platform !== 'linux') return noIsolation;
  const isolation = namespaces(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  const works = await succeeds(
    isolation,
    ['sh', '-c', '[ ! -r "$0" ] || [ -z "$(ls -A "$0" 2>/dev/null)" ]'],
    async (folder) => {
      await writeFile(join(folder, 'secret'), '');
      return { hidden: [folder], words: [folder] };
    },
  );
  return works ? isolation : noIsolation; // no unshare here, or a container or a policy that forbids it
}

/** Whether a command succeeds behind such walls; `prepare` is given a folder that is removed afterwards. */
async function succeeds(
  isolation: Isolation,
  command: readonly string[],
  prepare: (folder: string) => Promise<Partial<Boundaries> & { readonly words?: readonly string[] }>,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-isolation-'));
  try {
    const tried = join(folder, 'tried');
    await mkdir(tried);
    const { words = [], ...boundaries } = await prepare(tried);
    const given = { hidden: [], readOnly: [], walls: join(folder, 'walls'), ...boundaries };
    const [program = '', ...rest] = await isolation.wrap([...command, ...words], given);
    await promisify(execFile)(program, rest, { timeout: 10_000 });
    return true;
  } catch {
    return false;
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
    canMount() {
      mounting ??= succeeds(this, ['test', '-e', '/visavox/there/file'], async (folder) => {
        const [from, stage] = [join(folder, 'from'), join(folder, 'stage')];
        for (const path of [from, stage]) await mkdir(path);
        await writeFile(join(from, 'file'), '');
        return { mounts: { stage, folders: [{ from, to: '/visavox/there', readOnly: true }] } };
      });
      return mounting;
    },
    async wrap(command, { hidden, readOnly, walls, mounts }) {
      const [table, fixed] = [await tableOf(hidden, walls), existing(readOnly).map(({ path }) => path)];
      const folders = mounts?.folders ?? [];
      const mounted = mounts && folders.length > 0;
      return [
        ...[...outer, '/bin/sh', '-c', `${first}${mounted ? mountFolders : ''}${runCommand}`, 'visavox-step'],
        ...[table, String(fixed.length), ...fixed],
        ...(mounted ? [mounts.stage, String(folders.length)] : []),
        ...folders.flatMap(({ from, to, readOnly: only }) => [only ? 'ro' : 'rw', from, to]),
        ...[...inner, ...command],
      ];
    },
  };
}

/**
 * What hides these paths as a table for `mount`, which is one process then. It is a file, since `mount` takes no other,
 * in a folder that it hides itself: nothing behind walls can change what the next ones are made of.
 */
async function tableOf(hidden: readonly string[], walls: string): Promise<string> {
  mkdirSync(walls, { recursive: true, mode: 0o700 });
  const lines = existing([...hidden, walls]).map(({ path, isFolder }) => {
    const place = path.replace(/[\s\\#]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
    // A name of its own: what is mounted there under this name already is not mounted again.
    return isFolder
      ? `visavox-hidden ${place} tmpfs size=4k,mode=000 0 0`
      : `/dev/null ${place} none bind 0 0`;
  });
  const text = `${lines.join('\n')}\n`;
  const file = join(walls, hexOf(digestOf(Buffer.from(text))));
  if (!statSync(file, { throwIfNoEntry: false })) await writeWholeFile(file, text, 0o600);
  return file;
}

/**
 * Files and folders that are there, by their real paths, without those inside another: what lies in a hidden folder is gone
 * when its turn comes. Asked before each step, at once: a few microseconds a path, and ten times that through a thread.
 */
function existing(paths: readonly string[]): { readonly path: string; readonly isFolder: boolean }[] {
  const found = new Map<string, boolean>();
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() || stats?.isFile()) found.set(realpathSync.native(path), stats.isDirectory());
  }
  const all = [...found].map(([path, isFolder]) => ({ path, isFolder }));
  return all.filter(({ path }) => !all.some((other) => path.startsWith(`${other.path}/`)));
}
