import { describe, expect, it } from 'vitest';

const flat = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
  );
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

/** What holds of the words of a namespace: they are there in both languages, and say the same. */
export function translated(what: string, english: object, french: object): void {
  describe(`the words of the ${what}`, () => {
    const en = flat(english);
    const fr = new Map(flat(french));

    it('exist in both languages', () => {
      expect([...fr.keys()].sort()).toEqual(en.map(([key]) => key).sort());
      for (const [key, text] of [...en, ...fr]) expect(text.trim(), key).not.toBe('');
    });

    it('have the same blanks to fill in', () => {
      for (const [key, text] of en) expect(blanks(fr.get(key) ?? ''), key).toEqual(blanks(text));
    });
  });
}
