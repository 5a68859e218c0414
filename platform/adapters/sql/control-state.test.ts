import { expect, it } from 'vitest';
import { SqlControlState } from './control-state.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describeOnEachDatabase('control state', (database) => {
  it('answers what was set last, and undefined for what never was', async () => {
    const state = new SqlControlState(database().db);
    expect(await state.get('controller')).toBeUndefined();
    for (const value of [{ phase: 'running', runs: ['a', null], ünï: 0.1 }, [], 'text', 7, false, null]) {
      await state.set('controller', value);
      expect(await state.get('controller')).toEqual(value);
    }
    expect(await state.get('another')).toBeUndefined();
  });
});
