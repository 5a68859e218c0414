/** One package of a lock in the form of a requirements file: its line with the hashes that follow. */
interface LockedPackage {
  readonly name: string;
  readonly text: string;
}

/** What `uv pip compile` writes, package by package. */
function packagesOf(lock: string): LockedPackage[] {
  const packages: LockedPackage[] = [];
  let lines: string[] = [];
  for (const line of lock.split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    lines.push(line.trimEnd());
    if (line.trimEnd().endsWith('\\')) continue;
    const name = /^[A-Za-z0-9][\w.-]*/.exec(lines[0] ?? '')?.[0];
    if (name) packages.push({ name: normalised(name), text: lines.join('\n') });
    lines = [];
  }
  return packages;
}

/** PEP 503: the same package, however it is written. */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** One lock out of several; of a package that several name, the last one's word counts, as when pip installs one after another. */
export function joinLocks(locks: readonly string[]): string {
  const packages = new Map(locks.flatMap(packagesOf).map(({ name, text }) => [name, text]));
  return [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => `${text}\n`)
    .join('');
}

/** `numpy==2.1.0`, or `mine @ https://…`, for people and records; without hashes. */
export function packageNames(lock: string): string[] {
  return packagesOf(lock).map(({ text }) =>
    (text.split('\n')[0] ?? '').replace(/\s*\\?$/, '').replace(/\s+(?:;|--hash).*$/, ''),
  );
}
