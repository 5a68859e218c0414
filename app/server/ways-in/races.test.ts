import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { migrate } from '@visavox/adapters/sql/migrate';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { describeOnEachDatabase } from '@visavox/adapters/sql/test-databases';
import { FeatureCache } from '@visavox/recognition/feature-cache';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { applicationMigrations } from '../migrations.ts';
import { Recordings } from '../retention/recordings.ts';
import { Sealer } from '../sealing.ts';
import type { OwnTables } from '../tables.ts';
import { Authenticator } from '../testing/authenticator.ts';
import { composeWaysIn, type WaysIn } from './compose.ts';
import { relyingPartyAt } from './relying-party.ts';

const asking = { relyingParty: relyingPartyAt('http://localhost:4600'), visit: 'a browser' };
const door = { session: undefined, device: undefined };
const from = { door, visitor: { network: '192.0.2.1', visit: null, device: null } };

/** How many of them came through. */
async function through(work: readonly Promise<unknown>[]): Promise<number> {
  return (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length;
}

describeOnEachDatabase('of two who come at once', (open) => {
  let waysIn: WaysIn;
  let person: { id: string; name: string };
  let authenticator: Authenticator;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-races-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    await migrate(open().db, [platformMigrations, applicationMigrations]);
    const db = open().db.withTables<OwnTables>();
    const objects = await openOrCreateObjectStore({
      url: pathToFileURL(join(folder, 'objects')).href,
      key: { file: join(folder, 'objects.key') },
    });
    waysIn = composeWaysIn({
      ...{ db, sealer: new Sealer(Buffer.alloc(32, 7)), policy: 'face-and-voice', now: () => new Date() },
      recordings: new Recordings({ db, objects, cache: new FeatureCache(objects) }),
      mayJoin: (_, { insert }) => insert('active'),
      lift: async () => {},
      search: { forget: () => {} },
    });
    authenticator = new Authenticator();
    const name = `Ada ${randomUUID().slice(0, 8)}`;
    const { joining } = waysIn;
    const response = authenticator.create(await joining.options(asking, name));
    const member = { name, consent: true, invitation: undefined, passkeyName: 'Key', response };
    person = await joining.join(asking, member);
  });

  it('one gets in with a code', async () => {
    const [code = ''] = await waysIn.own.makeRecoveryCodes(person.id);
    const enter = () => waysIn.codeEntry.signIn(from, { name: person.name, kind: 'recovery', code });
    expect(await through([enter(), enter(), enter(), enter()])).toBe(1);
  });

  it('one gets in with an answer of a passkey, however often it is sent', async () => {
    const answer = authenticator.get(await waysIn.passkeys.authenticationOptions(asking, null));
    const enter = async () => {
      const entry = await waysIn.passkeys.verifyAnswer(asking, answer);
      await waysIn.entrance.letIn(door, { way: 'passkey', amr: [entry.method] }, async (trx) => {
        await entry.keep(trx);
        return entry.person;
      });
    };
    expect(await through([enter(), enter(), enter(), enter()])).toBe(1);
  });

  it('one gets in with one count of a passkey', async () => {
    const answers = [];
    for (let count = 0; count < 2; count++) {
      const options = await waysIn.passkeys.authenticationOptions(asking, null);
      for (const credential of authenticator.credentials) credential.counter = 4;
      answers.push(authenticator.get(options));
    }
    const entries = await Promise.all(answers.map((answer) => waysIn.passkeys.verifyAnswer(asking, answer)));
    const enter = (entry: (typeof entries)[number]) =>
      waysIn.entrance.letIn(door, { way: 'passkey', amr: [entry.method] }, async (trx) => {
        await entry.keep(trx);
        return entry.person;
      });
    expect(await through(entries.map(enter))).toBe(1);
  });

  it('one set of recovery codes stays', async () => {
    await Promise.all([1, 2, 3].map(() => waysIn.own.makeRecoveryCodes(person.id)));
    expect(await waysIn.own.list(person.id)).toMatchObject({ recoveryCodes: { left: 10 } });
  });

  it('one takes one of the last two passkeys away, and the other is told that it is the last', async () => {
    const options = await waysIn.passkeys.registrationOptions(asking, person);
    const { passkey } = await waysIn.passkeys.verifyNew(asking, authenticator.create(options));
    await waysIn.own.addPasskey(person.id, { passkey, name: 'Second' }, undefined);
    const remove = ({ id }: { id: string }) => waysIn.own.removePasskey(person.id, id, { evenIfLast: false });
    expect(await through(authenticator.credentials.map(remove))).toBe(1);
    expect((await waysIn.own.list(person.id)).passkeys).toHaveLength(1);
  });

  it('one gets a name, and both are told the same', async () => {
    const name = `Bea ${randomUUID().slice(0, 8)}`;
    const join = async () => {
      const response = new Authenticator().create(await waysIn.joining.options(asking, name));
      return waysIn.joining.join(asking, {
        ...{ name, consent: true, invitation: undefined, passkeyName: 'Key', response },
      });
    };
    const joined = await Promise.all([join(), join()]);
    expect(joined.map((one) => one.name)).toEqual([name, name]);
    const db = open().db.withTables<OwnTables>();
    const people = await db.selectFrom('people').select('id').where('name', '=', name).execute();
    expect(people).toHaveLength(1);
  });
});
