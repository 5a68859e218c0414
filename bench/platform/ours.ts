import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { SystemError } from '@visavox/core/errors';
import { startUp, stop } from 'visavox/testing/start-up';
import { linkPlatform } from '../linked-platform.ts';
import { Shell, untilItAnswers } from './shell.ts';
import { aloneSweep, epochsOf, type Ground, pixels, type Side, type Work } from './side.ts';

const answersWithinMs = 120_000;

/** A project on the platform, whose steps and whose MLflow run in the peers' environment. */
export async function openOurs({ folder, python, data, digits }: Ground): Promise<Side> {
  const project = join(folder, 'ours');
  await cp(join(import.meta.dirname, 'ours'), project, { recursive: true });
  await cp(join(import.meta.dirname, 'shared'), project, { recursive: true });
  const bin = await linkPlatform(project);
  const programs = join(project, 'node_modules', '.bin');
  await mkdir(programs, { recursive: true });
  await symlink(bin, join(programs, 'visavox'));
  const setup = join(folder, 'setup');
  await mkdir(setup);
  await symlink(dirname(dirname(python)), join(setup, 'python'));
  const { VISAVOX_SECRETS, VISAVOX_TOKEN, VISAVOX_HOME, ...inherited } = process.env;
  const environment = {
    ...inherited,
    VISAVOX_SETUP: setup,
    VIRTUAL_ENV: dirname(dirname(python)),
    PATH: [dirname(python), programs, process.env.PATH].join(delimiter),
  };
  const server = startUp({ bin, folder: project, environment });
  const url = await server.url;
  const shell = new Shell(project, { ...environment, VISAVOX_SERVER: url });
  const token = async () =>
    (await readFile(join(project, '.visavox/home/secrets/operator.token'), 'utf8')).trim();
  const asks = async (line: string) => JSON.parse(await shell.type(line, { json: true }));

  await asks(`visavox data import ${digits} --name digits`);
  const setUp = ['visavox up', ...shell.typed];
  await tracked(asks);
  const typed = new Map<Work, readonly string[]>();
  let [run, model] = ['', ''];

  const doIt = async (work: Work, round: number): Promise<void> => {
    switch (work) {
      case 'import of 10,000 files':
        return void (await asks(`visavox data import ${join(folder, 'data', 'small')} --name small`));
      case 'import of one 2 GB file':
        return void (await asks(`visavox data import ${join(folder, 'data', 'large')} --name large`));
      case 'chain of 5':
        return void (await asks('visavox run chain.py --no-cache'));
      case 'fan-out of 20':
        return void (await asks('visavox run fan_out.py --no-cache'));
      case 'sweep of 8':
      case aloneSweep: {
        // Another seed than before, so that no trial is taken from the cache.
        const seed = work === aloneSweep ? 1000 + round : round;
        const line = 'visavox sweep training.py --param data=digits --space rate=0.01..1 --maximize accuracy';
        return void (await asks(`${line} --trials 8 --seed ${seed}`));
      }
      case 'training': {
        const line = `visavox run training.py --param data=digits --param epochs=${epochsOf(round)}`;
        ({ id: run } = await asks(line));
        return;
      }
      case 'registering': {
        const { name, version } = await asks(`visavox models register digits --from ${run}`);
        model = `${name}:${version}`;
        return;
      }
      case 'serving, from cold': {
        const { id } = await asks(`visavox release propose ${model} --to production`);
        await asks(`visavox release promote ${id}`);
        const address = `${url}/api/v1/serving/production/digits/v2/models/digits/infer`;
        const inputs = [{ name: 'pixels', datatype: 'FP32', shape: [1, pixels.length], data: pixels }];
        shell.typed.push(`curl -H "Authorization: Bearer $TOKEN" -d @request.json ${address}`);
        const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify({ inputs }) };
        await untilItAnswers(address, init, answersWithinMs);
        return;
      }
      case 'reproducing': {
        const { identical } = await asks(`visavox runs reproduce ${run}`);
        if (identical !== true) throw new SystemError(`run ${run} was not reproduced`);
        return;
      }
    }
  };

  return {
    name: 'visavox',
    ...{ setUp, typed },
    services: server.process.pid === undefined ? [] : [server.process.pid],
    async prepare(work, round) {
      if (work === 'import of 10,000 files') data.small(round, join(folder, 'data', 'small'));
      if (work === 'import of one 2 GB file')
        await data.large(round, join(folder, 'data', 'large', 'large.bin'));
    },
    async do(work, round) {
      shell.typed.length = 0;
      await doIt(work, round);
      typed.set(work, [...shell.typed]);
      return [];
    },
    close: () => stop(server),
  };
}

/** MLflow comes up behind the server: nothing is measured while it does. */
async function tracked(asks: (line: string) => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { services } = (await asks('visavox status')) as {
      services: { name: string; healthy: boolean }[];
    };
    if (services.some(({ name, healthy }) => name === 'mlflow' && healthy)) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new SystemError('MLflow did not come up');
}
