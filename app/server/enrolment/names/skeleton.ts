import toPrototypes from 'unhomoglyph';

/**
 * What a text looks like (UTS #39, section 4): texts of one skeleton cannot be told apart by eye. For comparison alone, never
 * to be shown. The prototypes are those of Unicode's confusables.txt, version 13, as the package has them.
 */
export function skeleton(text: string): string {
  const visible = text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return toPrototypes(visible).normalize('NFD');
}
