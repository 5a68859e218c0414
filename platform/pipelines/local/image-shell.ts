import { defaultImage } from '../component.ts';
import { findProgram } from '../environments/tool.ts';

/** Our own images, which stand for this machine. */
const own = [defaultImage, `${defaultImage}-step`];

/** Whether a component named no image: what it runs is then of this machine and of its project. */
export function isOwnImage(image: string): boolean {
  return image === '' || own.includes(image);
}

/** Images whose `sh` is Debian's dash. */
const withDash = /(^|\/)(python|node|debian|ubuntu)(:(?!.*alpine)[\w.-]+)?(@sha256:\w+)?$/;

/**
 * The words of a container component for the `sh` that its image would have: that of Alpine, BusyBox and Red Hat knows
 * `[[` and `pipefail`, as bash does, where Debian's does not.
 */
export async function withShellOf(
  image: string | undefined,
  words: readonly string[],
  path: string,
): Promise<readonly string[]> {
  const [program, ...rest] = words;
  if (program !== 'sh' || image === undefined || isOwnImage(image) || withDash.test(image)) return words;
  return (await findProgram('bash', path)) === undefined ? words : ['bash', '--posix', ...rest];
}
