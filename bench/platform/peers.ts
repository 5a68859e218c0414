import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '@visavox/adapters/processes/free-port';
import { SystemError } from '@visavox/core/errors';
import { end, Shell, untilItAnswers } from './shell.ts';
import { aloneSweep, epochsOf, type Ground, pixels, type Side, type Work } from './side.ts';

const answersWithinMs = 180_000;

/** MLflow, Metaflow and DVC, as somebody uses them who knows them: flows run here, data in a remote, runs in a server. */
export async function openPeers({ folder, python, data, digits }: Ground): Promise<Side> {
  const project = join(folder, 'peers');
  await cp(join(import.meta.dirname, '..', 'peers', 'platform'), project, { recursive: true });
  await cp(join(import.meta.dirname, 'shared'), project, { recursive: true });
  await cp(digits, join(project, 'digits'), { recursive: true });
  const home = join(folder, 'peers-home');
  await mkdir(home);
  const port = await freePort();
  const tracking = `http://127.0.0.1:${port}`;
  const shell = new Shell(project, {
    ...{ HOME: home, LANG: 'C.UTF-8', TMPDIR: home, METAFLOW_USER: 'bench', DVC_NO_ANALYTICS: '1' },
    PATH: [dirname(python), process.env.PATH].join(delimiter),
    MLFLOW_TRACKING_URI: tracking,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    ...{ GIT_AUTHOR_NAME: 'bench', GIT_AUTHOR_EMAIL: 'bench@example.org' },
    ...{ GIT_COMMITTER_NAME: 'bench', GIT_COMMITTER_EMAIL: 'bench@example.org' },
  });
  const log = (name: string) => openSync(join(folder, name), 'a');
  const mlflowLog = log('mlflow.log');
  const server = shell.begin(
    `mlflow server --port ${port} --backend-store-uri sqlite:///../mlflow.db --artifacts-destination ../mlflow-artifacts`,
    mlflowLog,
  );
  closeSync(mlflowLog);
  await untilItAnswers(`${tracking}/health`, {}, answersWithinMs);
  const ignored = ['.metaflow', '__pycache__'].join('\\n');
  for (const line of [
    'git init -q -b main',
    'dvc init -q',
    `dvc remote add -d storage ${join(folder, 'dvc-remote')}`,
    `printf '${ignored}\\n' >> .gitignore`,
    'dvc add digits',
    'git add .',
    'git commit -q -m "Begin"',
    'dvc push',
  ])
    await shell.type(line);
  const setUp = [...shell.typed];
  const typed = new Map<Work, readonly string[]>();
  let [run, version] = ['', ''];
  let serving: ChildProcess | undefined;

  const addData = async (name: string) => {
    await shell.type(`dvc add ${name}`);
    await shell.type(`git add ${name}.dvc .gitignore`);
    await shell.type(`git commit -q -m "Take ${name}"`);
    await shell.type(`dvc push ${name}.dvc`);
  };

  const doIt = async (work: Work, round: number): Promise<void> => {
    switch (work) {
      case 'import of 10,000 files':
        return addData('small');
      case 'import of one 2 GB file':
        return addData('large.bin');
      case 'chain of 5':
        return void (await shell.type('python chain_flow.py run'));
      case 'fan-out of 20':
        return void (await shell.type('python fan_out_flow.py run'));
      case 'sweep of 8':
        return void (await shell.type(`python sweep_flow.py run --seed ${round}`));
      case aloneSweep:
        return void (await shell.type(`python sweep_optuna.py ${round}`));
      case 'training':
        run = found(
          /MLflow run (\w+)/,
          await shell.type(`python training_flow.py run --epochs ${epochsOf(round)}`),
        );
        return;
      case 'registering':
        version = found(/digits version (\d+)/, await shell.type(`python register.py ${run}`));
        return;
      case 'serving, from cold': {
        const at = await freePort();
        const servingLog = log('serving.log');
        serving = shell.begin(
          `mlflow models serve -m models:/digits/${version} --env-manager local --port ${at}`,
          servingLog,
        );
        closeSync(servingLog);
        shell.typed.push(
          `curl -H "Content-Type: application/json" -d @request.json http://127.0.0.1:${at}/invocations`,
        );
        const body = JSON.stringify({ inputs: { pixels: [pixels] } });
        const headers = { 'content-type': 'application/json' };
        const address = `http://127.0.0.1:${at}/invocations`;
        await untilItAnswers(address, { method: 'POST', headers, body }, answersWithinMs);
        return;
      }
      case 'reproducing': {
        const commit = await shell.type(
          `python -c "import mlflow; print(mlflow.get_run('${run}').data.tags['commit'])"`,
        );
        await shell.type(`git checkout -q ${commit.trim().split('\n').at(-1)}`);
        await shell.type('dvc checkout digits.dvc');
        const again = await shell.type(`python training_flow.py run --epochs ${epochsOf(round)}`);
        await shell.type(`python compare.py ${run} ${found(/MLflow run (\w+)/, again)}`);
        await shell.type('git checkout -q main');
        return;
      }
    }
  };

  return {
    name: 'MLflow, Metaflow, DVC',
    ...{ setUp, typed },
    services: server.pid === undefined ? [] : [server.pid],
    async prepare(work, round) {
      if (serving) await end(serving);
      serving = undefined;
      if (work === 'import of 10,000 files') data.small(round, join(project, 'small'));
      if (work === 'import of one 2 GB file') {
        if (existsSync(join(project, 'large.bin'))) await rm(join(project, 'large.bin'));
        await data.large(round, join(project, 'large.bin'));
      }
    },
    async do(work, round) {
      shell.typed.length = 0;
      await doIt(work, round);
      typed.set(work, [...shell.typed]);
      return serving?.pid === undefined ? [] : [serving.pid];
    },
    async close() {
      if (serving) await end(serving);
      await end(server);
    },
  };
}

function found(pattern: RegExp, text: string): string {
  const [, word] = pattern.exec(text) ?? [];
  if (word === undefined) throw new SystemError(`nothing like ${pattern} is in:\n${text.slice(-2000)}`);
  return word;
}
