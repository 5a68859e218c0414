import type { VisavoxClient } from '@visavox/client/client';
import { isFinished } from '@visavox/core/run';
import { Random } from '@visavox/recognition/synthetic/random';
import type { HeldOutFigures } from './held-out.ts';
import type { Identity } from './identity.ts';
import { type Rate, rateOf } from './interval.ts';
import { type Enrolled, enrol } from './population.ts';
import { awaitRetraining, type Retraining, type Watch } from './retraining.ts';
import { type Counts, type Slice, signInRound, type Tally } from './sign-ins.ts';

export interface SimulationRequest {
  readonly client: VisavoxClient;
  /** The first are enrolled, so many as can be and are wanted; the others are strangers who try to pass for them. */
  readonly identities: readonly Identity[];
  readonly people: number;
  readonly waves: number;
  readonly seed: number;
  readonly retraining: boolean;
  /** Confirm accepted attempts, so that the server learns from them. */
  readonly feedback: boolean;
  /** Erase everyone at the end. */
  readonly forget: boolean;
  /** For the names of the people, so that runs do not get in each other's way. */
  readonly tag: string;
  readonly retrainingLimitSeconds: number;
  readonly log: (text: string) => void;
  readonly progress: (text: string) => void;
  /** Error rates on people who never enrol, of the version that serves after a wave. */
  readonly heldOut?: () => Promise<HeldOutFigures>;
}

export interface Wave {
  /** Enrolled so far. */
  readonly people: number;
  readonly enrolled: number;
  readonly failuresToEnrol: number;
  readonly servedBy: string;
  readonly genuine: number;
  readonly falseRejects: number;
  readonly impostor: number;
  readonly falseAccepts: number;
  readonly stepUps: number;
  readonly failuresToAcquire: number;
  readonly fnmr: Rate;
  readonly fmr: Rate;
  /** The same counts by whether the claimant came under a shift. */
  readonly slices: Readonly<Record<Slice, Counts>>;
  /** After the retrainings, on people who never enrol; null without a scenario. */
  readonly heldOut: HeldOutFigures | null;
  /** The last one after this wave; all of them are in `retrainings`. */
  readonly retraining: Retraining | null;
  readonly retrainings: readonly Retraining[];
}

export interface SimulationResult {
  readonly tag: string;
  readonly seed: number;
  /** On people who never enrol, of the version that served before anybody enrolled; null without a scenario. */
  readonly before: HeldOutFigures | null;
  readonly waves: readonly Wave[];
  /** What has to hold however often the server died meanwhile. */
  readonly checks: {
    readonly everyoneListed: boolean;
    readonly noRunStuck: boolean;
    readonly oneChampion: boolean;
    readonly problems: readonly string[];
  };
}

/** Enrols people in waves and lets them and impostors sign in, while the server retrains and releases by itself. */
export async function simulate(request: SimulationRequest): Promise<SimulationResult> {
  const { client, identities, log } = request;
  const random = new Random('simulation', request.seed);
  const watch: Watch = {
    client,
    known: new Set((await client.runs()).filter((run) => isFinished(run.state)).map((run) => run.id)),
    limitSeconds: request.retrainingLimitSeconds,
    log,
  };
  const enrolled: Enrolled[] = [];
  const strangers = [...identities];
  const waves: Wave[] = [];
  const signIns = (wave: number) =>
    signInRound({
      wave,
      client,
      enrolled,
      everyone: identities,
      random,
      feedback: request.feedback,
      progress: (done, of) => request.progress(`  ${done} of ${of} sign-ins`),
    });
  const settle = async (): Promise<Retraining[]> => (request.retraining ? awaitRetraining(watch) : []);
  const heldOut = async () => (await request.heldOut?.()) ?? null;

  const before = await heldOut();
  for (let wave = 0; wave < request.waves; wave++) {
    const wanted =
      Math.round(((wave + 1) * request.people) / request.waves) -
      Math.round((wave * request.people) / request.waves);
    log(`Wave ${wave + 1} of ${request.waves}: ${wanted} new people`);
    const before = enrolled.length;
    let failuresToEnrol = 0;
    for (let missing = wanted; missing > 0; ) {
      const identity = strangers.shift();
      if (!identity) break;
      const now = identity.at?.(wave).identity ?? identity;
      const result = await enrol(client, now, `Sim ${request.tag} ${identity.name}`);
      if ('person' in result) {
        enrolled.push({ ...result, identity });
        missing--;
      } else {
        failuresToEnrol++;
        log(`  ${identity.name} could not enrol: ${result.refused}; somebody else comes instead`);
      }
      request.progress(`  ${enrolled.length} enrolled`);
    }
    const tally = await signIns(wave);
    const retrainings = await settle();
    waves.push(
      waveOf(enrolled.length, enrolled.length - before, failuresToEnrol, tally, retrainings, await heldOut()),
    );
  }
  if (waves.at(-1)?.retrainings.some((one) => one.outcome === 'released')) {
    log('Once more, with the version that the last wave brought');
    const tally = await signIns(request.waves);
    waves.push(waveOf(enrolled.length, 0, 0, tally, await settle(), await heldOut()));
  }
  const checks = await check(client, enrolled, request.retraining);
  if (request.forget) for (const { person } of enrolled) await client.forget(person.id);
  return { tag: request.tag, seed: request.seed, before, waves, checks };
}

function waveOf(
  people: number,
  enrolled: number,
  failuresToEnrol: number,
  { servedBy, ...counts }: Tally,
  retrainings: readonly Retraining[],
  heldOut: HeldOutFigures | null,
): Wave {
  return {
    people,
    enrolled,
    failuresToEnrol,
    servedBy: [...servedBy]
      .map(([version, attempts]) => (servedBy.size === 1 ? version : `${version} (${attempts})`))
      .join(', '),
    ...counts,
    fnmr: rateOf(counts.falseRejects, counts.genuine),
    fmr: rateOf(counts.falseAccepts, counts.impostor),
    retraining: retrainings.at(-1) ?? null,
    retrainings,
    heldOut,
  };
}

async function check(
  client: VisavoxClient,
  enrolled: readonly Enrolled[],
  retraining: boolean,
): Promise<SimulationResult['checks']> {
  const problems: string[] = [];
  const listed = new Map((await client.people()).map((person) => [person.id, person]));
  const lost = enrolled.filter(({ person }) => listed.get(person.id)?.name !== person.name);
  if (lost.length > 0)
    problems.push(`not listed any more: ${lost.map(({ person }) => person.name).join(', ')}`);

  const unfinished = (await client.runs()).filter((run) => !isFinished(run.state));
  const stuck = retraining ? unfinished : unfinished.filter((run) => run.state !== 'canceling');
  if (stuck.length > 0)
    problems.push(`runs that do not end: ${stuck.map((run) => `${run.id} (${run.state})`).join(', ')}`);

  const champions = (await client.releases()).filter((release) => release.stage === 'champion');
  const environments = (await client.status()).environments;
  const single =
    champions.length === environments.length &&
    environments.every(
      ({ name, champion }) =>
        champion !== null &&
        champions.filter((one) => one.environment === name && one.version === champion.version).length === 1,
    );
  if (!single) {
    problems.push(
      `expected one champion an environment; there are: ${champions.map((one) => `${one.model}:${one.version} in ${one.environment}`).join(', ') || 'none'}`,
    );
  }
  return { everyoneListed: lost.length === 0, noRunStuck: stuck.length === 0, oneChampion: single, problems };
}
