import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '../server-process.ts';
import { Actor } from './actor.ts';
import { Browser } from './browser.ts';
import { Honest } from './honest.ts';
import type { Stage } from './row.ts';

/** The honest visitor's number. */
const honestIndex = 0;

/** A service as it comes, with default settings, on a home of its own; only trainings are put off. */
export async function openStage(options: {
  data: string | undefined;
  log: (text: string) => void;
}): Promise<Stage & { close(): Promise<void> }> {
  const server = await ServerProcess.create({
    VISAVOX_RETRAIN_PEOPLE: '1000000',
    VISAVOX_RETRAIN_SAMPLES: '1000000',
  });
  await server.start();
  const file = join(server.home, 'home', 'secrets', 'operator.token');
  const token = () => readFileSync(file, 'utf8').trim();
  const operators = new Browser(server.url);
  const actor: Stage['actor'] = (index, where = {}) => new Actor(server.url, index, where);
  return {
    ...options,
    url: server.url,
    actor,
    honest: new Honest(actor(honestIndex, { address: '127.0.0.50' }), options.log),
    operator: (path, call = {}) =>
      operators.call(path, { ...call, headers: { ...call.headers, authorization: `Bearer ${token()}` } }),
    token,
    rotateToken: async () => {
      writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
      await server.shutDown();
      await server.start();
    },
    close: () => server.stop(),
  };
}
