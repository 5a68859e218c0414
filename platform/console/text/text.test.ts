import { describe, expect, it } from 'vitest';
import { translated } from '../testing/translated.ts';
import { common as commonEn } from './common.en.ts';
import { common as commonFr } from './common.fr.ts';
import { console as consoleEn } from './console.en.ts';
import { console as consoleFr } from './console.fr.ts';
import { formats } from './format.ts';
import { problems as problemsEn } from './problems.en.ts';
import { problems as problemsFr } from './problems.fr.ts';

translated('pages', commonEn, commonFr);
translated('console', consoleEn, consoleFr);
translated('problems', problemsEn, problemsFr);

describe('numbers and days', () => {
  it('are written as the language does', () => {
    expect(formats('en-GB').number(12_345)).toBe('12,345');
    expect(formats('fr').percent(0.883)).toMatch(/^88\s%$/);
    expect(formats('en-GB').day('2026-03-01T12:00:00Z')).toBe('1 March 2026');
  });

  it('are powers of ten where there is little room', () => {
    expect([0, 0.25, 0.00094, 12_000_000].map(formats('en').brief)).toEqual(['0', '0.25', '9.4E-4', '1.2E7']);
    expect(formats('fr').brief(0.25)).toBe('0,25');
  });

  it('tell sizes in the unit that matters', () => {
    expect([0, 1, 999, 1234, 52_481, 3.2e9].map(formats('en').bytes)).toEqual([
      ...['0 bytes', '1 byte', '999 bytes', '1.2 kB', '52.5 kB', '3.2 GB'],
    ]);
    expect(formats('fr').bytes(2_000_000)).toMatch(/^2\sMo$/);
  });

  it('tell durations in the two units that matter', () => {
    expect([3.21, 42.4, 75, 7380].map(formats('en').duration)).toEqual(['3.2s', '42s', '1m 15s', '2h 3m']);
  });
});
