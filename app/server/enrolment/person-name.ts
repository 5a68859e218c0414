import { UserError } from '@visavox/core/errors';
import { invalidRequest } from '../faults.ts';
import { joinersAreInPlace } from './names/joiners.ts';
import { skeleton } from './names/skeleton.ts';

const longest = 80;

export interface PersonName {
  /** As it is shown. */
  readonly text: string;
  /** As it is looked up: whatever the case, the width and the script of letters that look alike. */
  readonly key: string;
  /**
   * As it looks in the case that it is written in: `PauI` looks like `Paul`, though no case makes one of the other. Names that
   * share a key or a look are not two people's before somebody has looked at them.
   */
  readonly look: string;
}

/**
 * The profile for nicknames (PRECIS, RFC 8266) with what UTS #39 says of characters that look alike: compatibility forms and
 * case are folded, spaces collapsed, and joiners are taken where their script needs them.
 */
export function personName(given: string): PersonName {
  if (given.includes('\0')) throw unshowable();
  const text = spaced(given.normalize('NFC'));
  if (text.length === 0) {
    throw new UserError({
      kind: 'invalid',
      code: 'name_missing',
      message: 'the name is empty',
      action: 'Give a name.',
    });
  }
  if (text.length > longest || !isShowable(text)) throw unshowable();
  return { text, ...keysOf(text) };
}

/** Of a name that is there already, whatever the rules were then. */
export function keysOf(text: string): Pick<PersonName, 'key' | 'look'> {
  const plain = spaced(text.normalize('NFKC'));
  return { key: folded(skeleton(folded(plain))), look: folded(skeleton(plain)) };
}

/** A tab is what some forms paste between two fields. */
function spaced(text: string): string {
  return text.replace(/[\p{Zs}\t]+/gu, ' ').replace(/^ | $/g, '');
}

/** Full case folding but for the Turkic letters: JavaScript has both mappings, and ß and ẞ differ in one direction only. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

const letterOfRightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;
const letter = /\p{L}/u;

/**
 * RFC 8264's FreeformClass: no controls, nothing unassigned, private or ignorable, no old Hangul jamo; joiners in their place.
 * The Bidi Rule (RFC 5893) word by word: a word whose letters run both ways is not read in the order in which it is stored.
 */
function isShowable(text: string): boolean {
  const refused =
    /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}|(?![\u200c\u200d])\p{Cf}|[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u;
  if (refused.test(text) || !/[\p{L}\p{N}\p{S}]/u.test(text) || /^\p{M}/u.test(text)) return false;
  if (!joinersAreInPlace(text)) return false;
  return text.split(' ').every((word) => {
    const letters = [...word].filter((character) => letter.test(character));
    const rightToLeft = letters.filter((character) => letterOfRightToLeft.test(character)).length;
    return rightToLeft === 0 || rightToLeft === letters.length;
  });
}

function unshowable(): UserError {
  return invalidRequest(
    `the name is longer than ${longest} characters or has characters that cannot be seen`,
    'Give a shorter name in plain letters.',
    { field: 'name' },
  );
}
