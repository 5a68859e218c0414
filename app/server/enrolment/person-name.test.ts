import { describe, expect, it } from 'vitest';
import { personName } from './person-name.ts';

const same = (a: string, b: string) => {
  const [one, other] = [personName(a), personName(b)];
  return one.key === other.key || one.look === other.look;
};

describe('a name', () => {
  it.each([
    ['case', 'Ada Alder', 'ADA ALDER'],
    ['spaces', 'Ada Alder', '  Ada   Alder '],
    ['composition', 'Zoë', 'Zoe\u0308'],
    ['width', 'Ada', 'Ａｄａ'],
    ['no-break space', 'Ada Alder', 'Ada\u00a0Alder'],
    ['German ß', 'Weiß', 'WEISS'],
    ['the final sigma', 'Νίκος', 'ΝΊΚΟΣ'],
    ['Cyrillic І', 'Victim One', 'V\u0456ctim One'],
    ['Cyrillic І in capitals', 'VICTIM ONE', 'V\u0406CTIM ONE'],
    // UTS #39's own examples.
    ['Cyrillic for Latin', 'paypal', 'p\u0430yp\u0430l'],
    ['Greek for Latin', 'scope', 'sc\u03bfpe'],
    ['two letters for one', 'Barnes', 'Bames'],
    ['I for l', 'Paul', 'PauI'],
    ['a typographic apostrophe', 'O\u2019Brien', "O'Brien"],
  ])('counts as the same whatever its %s', (_, a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    ['Ada', 'Ida'],
    ['Lia Smith', 'Ila Smith'],
    ['Müller', 'Muller'],
    ['José', 'Jose'],
    ['Анна', 'Инна'],
  ])('is not %s where it is %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  it.each([
    ['a non-joiner between letters that would join', 'علی\u200cرضا'],
    ['a joiner after a virama', 'ශ්\u200dරී'],
    ['an apostrophe', 'Núñez d’Arc'],
    ['Hebrew beside Latin, each a word', 'David דוד'],
    ['Chinese', '王小明'],
    ['a hyphen', 'Jean-Luc'],
    ['Hangul', '김민준'],
  ])('may have %s', (_, name) => {
    expect(personName(name).text).toBe(name.normalize('NFC'));
  });

  it.each([
    ['NUL', 'Ada\0'],
    ['a control', 'Ad\u0007a'],
    ['an override of direction', 'Ad\u202ea'],
    ['an isolate', 'Ad\u2067a'],
    ['a mark of direction', 'Ad\u200fa'],
    ['a joiner between Latin letters', 'Ad\u200da'],
    ['a non-joiner at the end', 'علی\u200c'],
    ['a zero-width space', 'Ad\u200ba'],
    ['a soft hyphen', 'Ad\u00ada'],
    ['a variation selector', 'Ada\ufe0f'],
    ['a private character', 'Ada\ue000'],
    ['half of a surrogate pair', 'Ada\ud83d'],
    ['letters of both directions in a word', 'abcאבג'],
    ['a filler of Hangul', 'Ada\u3164'],
    ['a line separator', 'Ada\u2028Alder\u2029'],
    ['nothing but punctuation', '...'],
    ['81 characters', 'x'.repeat(81)],
  ])('may not have %s', (_, name) => {
    expect(() => personName(name)).toThrow(expect.objectContaining({ code: 'request_invalid' }));
  });

  it('may not be empty', () => {
    expect(() => personName(' \t ')).toThrow(expect.objectContaining({ code: 'name_missing' }));
  });
});
