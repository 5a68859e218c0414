import { expect, it } from 'vitest';
import { type AuditEntry, type AuditHead, ChainCheck, chained } from './audit.ts';

const log = (...actions: string[]): AuditEntry[] => {
  let head: AuditHead = { position: 0, digest: null };
  return actions.map((action) => {
    const event = { by: 'ada', role: 'operator', action, target: null, outcome: 'done' as const };
    const where = { reason: null, network: '192.0.2.7', request: null };
    const entry = chained({ ...event, ...where }, '2026-11-30T08:00:00.000Z', head);
    head = entry;
    return entry;
  });
};

function faultsIn(entries: readonly AuditEntry[], known: readonly AuditHead[] = []) {
  const check = new ChainCheck(known);
  for (const entry of entries) check.add(entry);
  check.end();
  return check.faults;
}

const entries = log('user.add', 'run.submit', 'release.promote');
const [first, second, third] = entries as [AuditEntry, AuditEntry, AuditEntry];

it('has nothing to say of a log that is as it was written', () => {
  expect(faultsIn(entries)).toEqual([]);
  expect(faultsIn([])).toEqual([]);
});

it('finds an entry that was changed', () => {
  expect(faultsIn([first, { ...second, by: 'grace' }, third])).toEqual([{ position: 2, fault: 'changed' }]);
});

it('finds one that was changed together with its digest', () => {
  const [forged] = log('run.cancel', 'run.submit').slice(1);
  expect(faultsIn([first, { ...second, ...forged }, third])).toContainEqual({
    position: 3,
    fault: 'out_of_order',
  });
});

it('finds one that was removed, from wherever', () => {
  expect(faultsIn([first, third])).toEqual([{ position: 2, fault: 'missing' }]);
  expect(faultsIn([second, third])).toEqual([{ position: 1, fault: 'missing' }]);
  expect(faultsIn([first, second], [third])).toEqual([{ position: 3, fault: 'cut_off' }]);
});

it('finds entries that changed places', () => {
  expect(faultsIn([first, third, second])).toContainEqual({ position: 2, fault: 'out_of_order' });
  const swapped = [first, { ...third, position: 2 }, { ...second, position: 3 }];
  expect(faultsIn(swapped)).toContainEqual({ position: 2, fault: 'changed' });
});

it('finds a log that was written anew from the beginning, where its head was noted before', () => {
  const anew = log('user.add', 'run.cancel', 'release.promote');
  expect(faultsIn(anew)).toEqual([]);
  expect(faultsIn(anew, [second])).toEqual([{ position: 2, fault: 'differs' }]);
});
