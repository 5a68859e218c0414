import { presentAliases, requireOwnAlias } from '@visavox/core/model-alias';
import { expect, it } from 'vitest';
import { SqlModelAliases } from './model-aliases.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describeOnEachDatabase('aliases', (database) => {
  it('mean what was said last, and keep who said what before', async () => {
    const aliases = new SqlModelAliases(database().db);
    const give = (alias: string, version: number | null, reason: string) =>
      aliases.add({ model: 'wines', alias, version, reason, by: 'operator' });
    await give('baseline', 1, 'the paper');
    await give('other', 1, 'for a while');
    await give('baseline', 2, 'the paper was revised');
    await give('other', null, 'nobody uses it');
    await aliases.add({ model: 'birds', alias: 'baseline', version: 9, reason: 'first', by: 'operator' });

    const history = await aliases.history('wines');
    expect(history.map(({ alias, version, reason }) => [alias, version, reason])).toEqual([
      ['other', null, 'nobody uses it'],
      ['baseline', 2, 'the paper was revised'],
      ['other', 1, 'for a while'],
      ['baseline', 1, 'the paper'],
    ]);
    expect(presentAliases(history)).toMatchObject([{ alias: 'baseline', version: 2, by: 'operator' }]);
    expect(presentAliases(await aliases.history()).map(({ model, version }) => [model, version])).toEqual([
      ['birds', 9],
      ['wines', 2],
    ]);
  });
});

it('those of releases and of MLflow are nobody’s to give', () => {
  for (const alias of ['champion', 'challenger', 'latest'])
    expect(() => requireOwnAlias(alias)).toThrow(expect.objectContaining({ action: expect.any(String) }));
  expect(() => requireOwnAlias('baseline')).not.toThrow();
});
