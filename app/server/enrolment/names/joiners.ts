import { toUnicode } from 'tr46';

const joiner = /[\u200c\u200d]/u;
/** A joiner with the letters and marks around it. */
const joined = /[\p{L}\p{M}]*[\u200c\u200d][\p{L}\p{M}\u200c\u200d]*/gu;

/**
 * Whether every zero-width joiner and non-joiner stands where its script needs it (RFC 5892, appendices A.1 and A.2), as in
 * the Persian name `علی‌رضا`. UTS #46 asks the same of a label, so its library is asked.
 */
export function joinersAreInPlace(text: string): boolean {
  if (!joiner.test(text)) return true;
  const around = text.match(joined) ?? [];
  return (
    around.every((part) => !toUnicode(part, { checkJoiners: true }).error) &&
    !joiner.test(text.replace(joined, ''))
  );
}
