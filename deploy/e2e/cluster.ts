// npm run e2e:cluster -- [--namespace NAME] [--kubeflow-namespace NAME] [--helm PROGRAM] [--values FILE …] [--set KEY=VALUE …]
//                        [--secret NAME:KEY=VALUE,… …] [--data DIR] [--people N] [--keep]
// Installs the chart into an empty namespace of KUBECONFIG's cluster, lets people enrol and sign in while a retraining
// runs on Kubeflow, kills pods of each kind, releases by KServe, rolls back, and uninstalls. Every step says what it saw.
// Where the application's image has a second model (deploy/e2e/two-models.mjs), that one walks the same way beside it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { VisavoxClient } from '@visavox/client/client';
import { messageOf } from '@visavox/core/errors';
import { isFinished } from '@visavox/core/run';
import type { RunSummary } from '@visavox/core/run-summary';
import { type PictureStore, withPictureFolder } from '@visavox/recognition/synthetic/picture-store';
import { recordedIdentities } from '@visavox/simulation/recorded-identities';
import { simulate } from '@visavox/simulation/simulation';
import { syntheticIdentities } from '@visavox/simulation/synthetic-identities';
import { Cluster } from './kubernetes.ts';
import { walkSecondModel } from './second-model.ts';
import { SteadyVisitor } from './steady-visitors.ts';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');
const text = { type: 'string' } as const;
const { values: options } = parseArgs({
  options: {
    namespace: { ...text, default: 'visavox-e2e' },
    'kubeflow-namespace': { ...text, default: 'kubeflow' },
    helm: { ...text, default: 'helm' },
    values: { ...text, multiple: true, default: [] },
    set: { ...text, multiple: true, default: [] },
    secret: { ...text, multiple: true, default: [] },
    data: text,
    people: { ...text, default: '12' },
    keep: { type: 'boolean', default: false },
  },
});
const { namespace, 'kubeflow-namespace': kubeflowNamespace } = options;
const release = 'visavox';
const component = (name: string) =>
  `app.kubernetes.io/instance=${release},app.kubernetes.io/component=${name}`;

const started = Date.now();
const problems: string[] = [];
const say = (line: string) =>
  process.stdout.write(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}\n`);
function check(holds: boolean, what: string): void {
  say(`${holds ? 'ok     ' : 'BROKEN '} ${what}`);
  if (!holds) problems.push(what);
}

/** What pods complain of meanwhile is said, once each. */
async function helm(...args: string[]): Promise<void> {
  const child = spawn(options.helm, args, { cwd: root, stdio: ['ignore', 2, 2] });
  const ended = once(child, 'exit');
  const said = new Set<string>();
  const listening = setInterval(async () => {
    for (const line of await cluster.troubles(namespace).catch(() => [])) {
      if (!said.has(line)) say(`  ${line}`);
      said.add(line);
    }
  }, 5000);
  const [status] = await ended;
  clearInterval(listening);
  if (status !== 0) throw new Error(`helm ${args[0]} ended with ${status}`);
}

const cluster = new Cluster();
say(`cluster ${cluster.address}, namespace ${namespace}`);
await cluster.createNamespace(namespace);
const secrets = await Promise.all(options.secret.map((one) => cluster.createSecret(namespace, one)));
let installed = false;
try {
  const values = ['deploy/chart/values/trial.yaml', ...options.values].flatMap((file) => ['--values', file]);
  const settings = options.set.flatMap((one) => ['--set', one]);
  installed = true;
  await helm(
    'install',
    release,
    'deploy/chart',
    '--namespace',
    namespace,
    ...values,
    // Somebody who signs in twice a second is otherwise soon held for an attacker.
    '--set',
    'attempts.failures=1000000',
    // Whom an operator invites is for the tests of the application; here people come by themselves.
    '--set',
    'application.environment.VISAVOX_ENROLMENT=open',
    ...settings,
    '--wait',
    '--timeout',
    '15m',
  );
  say('installed; everything is ready');
  await withPictureFolder(run);
} catch (error) {
  problems.push(messageOf(error));
  say(`BROKEN  ${messageOf(error)}`);
} finally {
  if (options.keep) say(`left as it is: namespace ${namespace}`);
  else if (installed)
    await uninstall().catch((error: unknown) => check(false, `uninstalling: ${messageOf(error)}`));
}
say(
  problems.length === 0 ? 'everything held' : `${problems.length} did not hold:\n  ${problems.join('\n  ')}`,
);
process.exit(problems.length === 0 ? 0 : 1);

async function run(pictures: PictureStore): Promise<void> {
  const { url, server } = await cluster.forward(namespace, component('application'), 4600);
  const token = await cluster.secret(namespace, `${release}-keys`, 'operator.token');
  const patient = new VisavoxClient({ server: url, token, patienceSeconds: 300 });
  const impatient = new VisavoxClient({ server: url });
  const operate = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };

  const visitor = new SteadyVisitor(impatient, 90, pictures);
  await visitor.enrol();
  visitor.start();
  say('somebody has enrolled, and signs in from now on as long as this lasts');

  const kills: { at: number; pod: string }[] = [];
  const kill = async (where: string, selector: string, what: string) => {
    const pod = (await cluster.pods(where, selector)).at(-1);
    if (!pod) throw new Error(`no ${what} pod is ready`);
    kills.push({ at: Date.now(), pod: await cluster.kill(where, pod) });
    say(`killed the ${what} pod ${kills.at(-1)?.pod}`);
  };

  const sinceKill = (at: number) => {
    const last = kills.filter((one) => one.at <= at).at(-1);
    return last ? `${((at - last.at) / 1000).toFixed(1)} s after ${last.pod} was killed` : 'before any kill';
  };

  const people = Number(options.people);
  const identities = options.data
    ? await recordedIdentities(options.data, 1)
    : syntheticIdentities(people + 3, 1, { pictures });
  const simulating = simulate({
    client: patient,
    ...{ identities, people, waves: 2, seed: 1, retraining: true, feedback: true, forget: false },
    ...{ tag: 'e2e', retrainingLimitSeconds: 1800, log: say, progress: () => {} },
  });

  const { environments } = (await operate('GET', '/status')) as { environments: { model: string }[] };
  const beside = environments.some(({ model }) => model === 'digits')
    ? walkSecondModel({ url, token, say, check }).catch((error: unknown) =>
        check(false, `the second model: ${messageOf(error)}`),
      )
    : undefined;

  const trained = await until<RunSummary>('a retraining', 900, async () => (await patient.runs())[0]);
  check(
    trained.engine === 'kubeflow',
    `a retraining started by itself, on ${trained.engine}: ${trained.trigger}`,
  );
  // Others may train there as well: a step knows its run.
  const training = await until('a training pod', 900, async () =>
    (await cluster.pods(kubeflowNamespace, 'pipeline/runid')).find(({ spec }) =>
      spec?.containers.some(({ env }) =>
        env?.some(({ name, value }) => name === 'VISAVOX_RUN' && value === trained.id),
      ),
    ),
  );
  // No request depends on it, so it excuses none.
  say(`killed the training pod ${await cluster.kill(kubeflowNamespace, training)}`);
  await kill(namespace, component('application'), 'server');

  const simulated = await simulating;
  for (const wave of simulated.waves)
    say(
      `${wave.people} people, served by ${wave.servedBy}: ${wave.falseRejects}/${wave.genuine} false rejects, ` +
        `${wave.falseAccepts}/${wave.impostor} false accepts, retraining ${wave.retraining?.outcome ?? 'none'}: ${wave.retraining?.reason ?? ''}`,
    );
  check(
    simulated.checks.problems.length === 0,
    `nobody is lost and no run is stuck ${simulated.checks.problems.join('; ')}`,
  );
  const runs = await patient.runs();
  check(
    runs.some(({ engine, state }) => engine === 'kubeflow' && state === 'succeeded'),
    `a run on Kubeflow succeeded (${runs.map(({ state }) => state).join(', ')})`,
  );
  check(
    runs.every(({ state }) => isFinished(state)),
    'every run came to an end',
  );

  const models = await patient.models();
  check(
    models.length > 1,
    `its model is in MLflow: ${models.map(({ name, version }) => `${name}:${version}`).join(', ')}`,
  );
  const newest = Math.max(...models.map(({ version }) => version));
  const champion = (await patient.releases()).find(({ stage }) => stage === 'champion');
  if (champion?.version !== newest) {
    say(`the gate held version ${newest} back; an operator releases it by hand`);
    const proposed = await operate('POST', '/models/recogniser/releases', { version: newest });
    await operate('POST', `/releases/${proposed.id}/promote`);
  }
  const servedBy = async () => {
    const { environments } = await patient.status();
    return environments[0]?.champion?.version;
  };
  await until('the new version', 300, async () => (await servedBy()) === newest);
  const up = await cluster.inferenceServices(namespace);
  check(up.length >= 2, `KServe runs the new one beside the one before: ${up.join(', ')}`);

  await kill(namespace, 'serving.kserve.io/inferenceservice', 'predictor');
  await until(
    'a predictor',
    300,
    async () => (await cluster.pods(namespace, 'serving.kserve.io/inferenceservice')).length >= 2,
  );
  // Whoever still calls the pod that is gone has noticed by then.
  await pause(15_000);

  await operate('POST', '/models/recogniser/rollback');
  await until('the version before', 120, async () => (await servedBy()) !== newest);
  check((await servedBy()) !== newest, `rolled back to version ${await servedBy()}`);

  await beside;

  const line = await patient.trace('attempt', 'latest');
  const kinds = ['attempt', 'release', 'model', 'sample', 'person'];
  check(
    kinds.every((kind) => line.nodes.some((node) => node.kind === kind)),
    `the last attempt is traced to ${line.nodes.length} nodes: ${[...new Set(line.nodes.map(({ kind }) => kind))].join(', ')}`,
  );
  const back = await patient.trace('model', `recogniser:${newest}`);
  check(
    ['run', 'dataset', 'sample'].every((kind) => back.nodes.some((node) => node.kind === kind)),
    `version ${newest} is traced to its run on Kubeflow, its dataset and ${back.nodes.filter(({ kind }) => kind === 'sample').length} recordings`,
  );

  const visits = await visitor.stop();
  say(
    `the steady visitor: ${visits.signedIn} accepted, ${visits.refusals.length} refused, ${visits.failures.length} failed`,
  );
  const again = await visitor.again(patient, visits.refusals);
  for (const { at, take, asked, version, decision, reasons } of visits.refusals)
    say(
      `  ${decision} (${reasons.join(', ')}) by version ${version} ${sinceKill(at)}, take ${take}, saying ${asked.digits}`,
    );
  check(
    visits.refusals.every(({ decision }, index) => decision === again[index]),
    `the same recordings are refused in calm as well: ${again.filter((one) => one !== 'accept').length} of ${again.length}`,
  );
  for (const { at, reason } of visits.failures) say(`  failed ${sinceKill(at)}: ${reason}`);
  // One request is in flight at a time, and a kill takes some seconds to be known everywhere.
  const near = visits.failures.filter(({ at }) => kills.some((one) => at >= one.at && at - one.at < 15_000));
  check(near.length === visits.failures.length, 'no request failed but near a kill');
  check(
    visits.failures.length <= kills.length,
    `at most one request a kill failed: ${visits.failures.length} of ${kills.length}`,
  );
  await helm('test', release, '--namespace', namespace);
  say('helm test passed');
  server.close();
}

async function uninstall(): Promise<void> {
  say('uninstalling');
  await helm('uninstall', release, '--namespace', namespace, '--wait', '--timeout', '10m');
  await Promise.all(secrets.map((name) => cluster.deleteSecret(namespace, name)));
  const left = await until('an empty namespace', 120, async () => {
    const found = await cluster.leftovers(namespace);
    return found.length === 0 ? found : undefined;
  }).catch(() => cluster.leftovers(namespace));
  check(
    left.length === 0,
    `uninstalling left nothing behind ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
  );
  await cluster.deleteNamespace(namespace);
}
