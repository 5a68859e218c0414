import { describe, expect, it } from 'vitest';
import { assignUnits, type Unit, unitKey } from './assign-units.ts';
import { SplitRule } from './dataset-split.ts';

const rule = (by: SplitRule['by'], given: Partial<SplitRule> = {}): SplitRule => ({
  ...{ by, column: 'column', group: null, seed: 1 },
  shares: [
    { part: 'train', share: 0.8 },
    { part: 'validation', share: 0.1 },
    { part: 'test', share: 0.1 },
  ],
  ...given,
});
const unit = (id: string, given: Partial<Unit> = {}): Unit => ({
  ...{ id, size: 1, stratum: null, from: null, to: null },
  ...given,
});
const groups = (count: number) => Array.from({ length: count }, (_, index) => unit(`person ${index}`));
const sizes = (parts: ReadonlyMap<string, string>) => {
  const found: Record<string, number> = {};
  for (const part of parts.values()) found[part] = (found[part] ?? 0) + 1;
  return found;
};

describe('by group', () => {
  it('comes near to the shares, and is the same each time', () => {
    const { parts } = assignUnits(groups(5000), rule('group'));
    const { train = 0, validation = 0, test = 0 } = sizes(parts);
    expect([train / 5000, validation / 5000, test / 5000].map((share) => share.toFixed(1))).toEqual([
      ...['0.8', '0.1', '0.1'],
    ]);
    expect(assignUnits(groups(5000).toReversed(), rule('group')).parts).toEqual(
      new Map([...parts].toReversed()),
    );
    expect(assignUnits(groups(5000), rule('group', { seed: 2 })).parts).not.toEqual(parts);
  });

  it('leaves each group where it is when others come', () => {
    const before = assignUnits(groups(200), rule('group')).parts;
    const after = assignUnits(groups(2000), rule('group')).parts;
    for (const [id, part] of before) expect(after.get(id)).toBe(part);
  });

  it('is refused where a part would be empty', () => {
    expect(() => assignUnits(groups(2), rule('group'))).toThrow(/nothing would be in .*: there are 2 groups/);
  });
});

describe('by stratum', () => {
  const owls = Array.from({ length: 100 }, (_, index) => unit(`owl ${index}`, { stratum: 'owl' }));
  const wrens = Array.from({ length: 20 }, (_, index) => unit(`wren ${index}`, { stratum: 'wren' }));
  const of = (parts: ReadonlyMap<string, string>, stratum: string) =>
    sizes(new Map([...parts].filter(([id]) => id.startsWith(stratum))));

  it('has the shares in each stratum', () => {
    const { parts } = assignUnits([...owls, ...wrens], rule('stratum'));
    expect(of(parts, 'owl')).toEqual({ train: 80, validation: 10, test: 10 });
    expect(of(parts, 'wren')).toEqual({ train: 16, validation: 2, test: 2 });
  });

  it('keeps what an earlier split decided, and deals out what is new', () => {
    const before = assignUnits(owls, rule('stratum')).parts;
    const earlier = { parts: new Map([...before].map(([id, part]) => [unitKey(id), part])), cuts: [] };
    const more = Array.from({ length: 50 }, (_, index) =>
      unit(`owl, a new one ${index}`, { stratum: 'owl' }),
    );
    const { parts } = assignUnits([...more, ...owls], rule('stratum'), earlier);
    for (const [id, part] of before) expect(parts.get(id)).toBe(part);
    expect(of(parts, 'owl')).toEqual({ train: 120, validation: 15, test: 15 });
  });

  it('counts what units hold, not the units', () => {
    const halves = { shares: ['train', 'test'].map((part) => ({ part, share: 0.5 })) };
    const herd = unit('herd', { stratum: 'owl', size: 100 });
    const { parts } = assignUnits([herd, ...owls], rule('stratum', halves));
    const beside = owls.filter(({ id }) => parts.get(id) === parts.get('herd')).length;
    expect(beside).toBeLessThan(60);
    expect(sizes(parts)).toEqual({ train: expect.any(Number), test: expect.any(Number) });
  });
});

describe('by time', () => {
  const day = (number: number) => ({ at: number, text: `day ${number}` });
  const days = Array.from({ length: 100 }, (_, index) =>
    unit(`visit ${index}`, { from: day(Math.floor(index / 2)), to: day(Math.floor(index / 2)) }),
  );

  it('has everything earlier in the parts that come before, and a day in one part', () => {
    const { parts, cuts } = assignUnits(days.toReversed(), rule('time'));
    expect(cuts).toEqual([
      { part: 'validation', from: 40, text: 'day 40' },
      { part: 'test', from: 45, text: 'day 45' },
    ]);
    expect(sizes(parts)).toEqual({ train: 80, validation: 10, test: 10 });
    expect(parts.get('visit 79')).toBe('train');
    expect(parts.get('visit 80')).toBe('validation');
  });

  it('keeps its moments when data is added: what is new and late is in the last part', () => {
    const { cuts } = assignUnits(days, rule('time'));
    const late = unit('visit late', { from: day(900), to: day(900) });
    const { parts } = assignUnits([...days, late], rule('time'), { parts: new Map(), cuts });
    expect(parts.get('visit late')).toBe('test');
    expect(parts.get('visit 79')).toBe('train');
  });

  it('is refused where a group is on both sides', () => {
    const ada = unit('Ada', { from: day(1), to: day(99) });
    expect(() => assignUnits([...days, ada], rule('time', { group: 'person' }))).toThrow(
      'the split would leak: person "Ada" is in train (day 1) and in test (day 99)',
    );
  });

  it('is refused where there are fewer moments than parts', () => {
    expect(() => assignUnits(days.slice(0, 4), rule('time'))).toThrow('there are 2 moments for 3 parts');
  });
});

it('takes no shares that do not come to 1, and no part twice', () => {
  const shares = (...given: [string, number][]) =>
    SplitRule.safeParse(rule('group', { shares: given.map(([part, share]) => ({ part, share })) })).error
      ?.issues[0]?.message;
  expect(shares(['train', 0.8], ['test', 0.1])).toBe('the shares have to come to 1');
  expect(shares(['train', 0.5], ['train', 0.5])).toBe('a part is named twice');
  expect(shares(['train', 0.9], ['test', 0.1])).toBeUndefined();
});
