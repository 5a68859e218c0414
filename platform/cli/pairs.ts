import { UserError } from '@visavox/core/errors';

/** For an option that is given as KEY=VALUE, again for more. */
export function pairs(option: string) {
  return (pair: string, earlier: Readonly<Record<string, string>>): Record<string, string> => {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new UserError({
        kind: 'invalid',
        code: 'misuse',
        message: `"${pair}" is not KEY=VALUE`,
        action: `Write --${option} KEY=VALUE.`,
      });
    }
    return { ...earlier, [pair.slice(0, at)]: pair.slice(at + 1) };
  };
}

/** For an option that may be given again. */
export function collected(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
