import type {
  Arm,
  ExperimentMetric,
  ExperimentPlan,
  ExperimentRecord,
  Exposure,
} from '@visavox/core/experiment';
import type { JournalEntry } from '@visavox/core/ports';
import { evidenceOfFewerErrors } from './statistics/discordant-pairs.ts';
import { evidenceOf, type LogEvidence } from './statistics/evidence.ts';
import { type LogRank, noEvents, withEvent } from './statistics/log-rank.ts';
import { type MeanDifference, noDifferences, withDifference } from './statistics/mean-difference.ts';
import { rateInterval } from './statistics/rate-interval.ts';
import { evidenceOfWrongShares } from './statistics/sample-ratio.ts';
import { ThinnedPath } from './thinned-path.ts';

const arms: readonly Arm[] = ['champion', 'challenger'];

/** The highest that evidence ever was: what is decided by. */
export interface Reached {
  readonly better: LogEvidence;
  readonly worse: LogEvidence;
  readonly withinMargin: LogEvidence;
  readonly beyondMargin: LogEvidence;
}

/** The highest that evidence was in a stretch of outcomes: no crossing of a bound is lost where points are few. */
export interface EvidencePoint extends Reached {
  /** Told so far, and by how many people at their first exposure. */
  readonly outcomes: number;
  readonly people: number;
}

/** How people were shared out, by the number of them. */
export interface SharingPoint {
  readonly people: number;
  readonly challenger: number;
  /** How many of them the challenger was to have. */
  readonly expected: number;
  readonly ratio: LogEvidence;
}

export interface MetricAnalysis extends ExperimentMetric {
  readonly reached: Reached;
  readonly path: readonly EvidencePoint[];
  /** Of the error rates of first attempts, challenger's less champion's, at all times at once. */
  readonly difference: readonly [low: number, high: number];
}

export interface ArmAnalysis {
  readonly arm: Arm;
  readonly people: number;
  readonly attempts: number;
}

export interface Analysis {
  readonly arms: readonly ArmAnalysis[];
  readonly metrics: readonly MetricAnalysis[];
  /** Against people being shared out as they should be; the highest that it ever was. */
  readonly ratio: LogEvidence;
  /** Of an A/B test. */
  readonly sharing: readonly SharingPoint[];
}

/**
 * What an experiment says so far, entry by entry in the order in which they were told. The unit is the person: evidence is of
 * first events and first attempts, since attempts of one person belong together.
 */
export class ExperimentAnalysis {
  readonly #plan: ExperimentPlan;
  readonly #metrics: readonly MetricFold[];
  readonly #exposed = new Map<string, Arm>();
  readonly #attempts: Record<Arm, number> = { champion: 0, challenger: 0 };
  readonly #people: Record<Arm, number> = { champion: 0, challenger: 0 };
  readonly #shares = new SharesFold();
  #outcomes = 0;
  position = 0;

  constructor(plan: ExperimentPlan) {
    this.#plan = plan;
    this.#metrics = plan.metrics.map((metric) =>
      plan.kind === 'shadow' ? new PairedFold(metric, plan) : new SplitFold(metric, plan),
    );
  }

  /**
   * How often the highest evidence of a metric has risen. While nothing of an experiment but this is new, and it is as it was, no
   * decision can have come about.
   */
  get risen(): number {
    return this.#metrics.reduce((sum, fold) => sum + fold.risen, 0);
  }

  /** People at their first exposure. */
  get people(): number {
    return this.#exposed.size;
  }

  /** Of new people, those that the challenger is to serve now. */
  get share(): number {
    let needed = 0;
    for (const { share, people } of this.#plan.ramp) {
      needed += people;
      if (this.#people.challenger < needed) return share;
    }
    return this.#plan.ramp.at(-1)?.share ?? 0.5;
  }

  add(entry: JournalEntry): void {
    this.position = entry.position;
    if ('exposure' in entry) this.#expose(entry.exposure);
    else this.#record(entry.record);
  }

  #expose({ key, arm, share }: Exposure): void {
    if (this.#exposed.has(key)) return;
    this.#exposed.set(key, arm);
    if (this.#plan.kind === 'shadow') return;
    this.#people[arm] += 1;
    this.#shares.add(arm, share);
    for (const fold of this.#metrics) fold.exposed(arm);
  }

  #record(record: ExperimentRecord): void {
    const exposed = this.#exposed.get(record.key);
    if (exposed === undefined) return;
    for (const arm of this.#plan.kind === 'shadow' ? arms : [exposed])
      if (record[arm]) this.#attempts[arm] += 1;
    this.#outcomes += 1;
    for (const fold of this.#metrics) {
      fold.record(record, exposed);
      fold.passed(this.#outcomes, this.people);
    }
  }

  result(): Analysis {
    const everyone = this.#plan.kind === 'shadow';
    const shares = this.#shares;
    return {
      arms: arms.map((arm) => ({
        arm,
        people: everyone ? this.people : this.#people[arm],
        attempts: this.#attempts[arm],
      })),
      metrics: this.#metrics.map((fold) => fold.result(this.#plan.alpha)),
      ratio: shares.reached,
      get sharing() {
        return shares.path.points;
      },
    };
  }
}

/** Evidence of a period begins anew where the share that is wanted changes; e-values of periods multiply. */
class SharesFold {
  #before = 0;
  #share: number | undefined;
  #counts: [number, number] = [0, 0];
  #sofar = { people: 0, challenger: 0, expected: 0 };
  readonly path = new ThinnedPath<SharingPoint>((earlier, later) => ({
    ...later,
    ratio: Math.max(earlier.ratio, later.ratio),
  }));
  reached = 0;

  add(arm: Arm, share: number): void {
    if (share !== this.#share) {
      this.#before = this.#evidence();
      this.#counts = [0, 0];
      this.#share = share;
    }
    this.#counts[arm === 'challenger' ? 1 : 0] += 1;
    const ratio = this.#evidence();
    this.reached = Math.max(this.reached, ratio);
    const { people, challenger, expected } = this.#sofar;
    this.#sofar = {
      people: people + 1,
      challenger: challenger + (arm === 'challenger' ? 1 : 0),
      expected: expected + share,
    };
    this.path.add({ ...this.#sofar, ratio });
  }

  #evidence(): LogEvidence {
    return this.#before + (this.#share === undefined ? 0 : evidenceOfWrongShares(this.#counts, this.#share));
  }
}

const noEvidence: Reached = { better: 0, worse: 0, withinMargin: 0, beyondMargin: 0 };

const sides = ['better', 'worse', 'withinMargin', 'beyondMargin'] as const;

function higher(a: Reached, b: Reached): Reached {
  return {
    better: Math.max(a.better, b.better),
    worse: Math.max(a.worse, b.worse),
    withinMargin: Math.max(a.withinMargin, b.withinMargin),
    beyondMargin: Math.max(a.beyondMargin, b.beyondMargin),
  };
}

interface Counts {
  events: number;
  of: number;
}

/** One metric of an experiment. */
abstract class MetricFold {
  risen = 0;
  protected readonly name: string;
  readonly #metric: ExperimentMetric;
  protected readonly plan: ExperimentPlan;
  #differences: MeanDifference = noDifferences;
  #now = noEvidence;
  #reached = noEvidence;
  readonly #path = new ThinnedPath<EvidencePoint>((earlier, later) => ({
    ...later,
    ...higher(earlier, later),
  }));
  readonly #first: Record<Arm, Counts> = { champion: { events: 0, of: 0 }, challenger: { events: 0, of: 0 } };

  constructor(metric: ExperimentMetric, plan: ExperimentPlan) {
    this.#metric = metric;
    this.name = metric.name;
    this.plan = plan;
  }

  abstract exposed(arm: Arm): void;
  abstract record(record: ExperimentRecord, arm: Arm): void;

  /** How somebody fared in a first attempt. */
  protected began(arm: Arm, value: number): void {
    this.#first[arm].of += 1;
    this.#first[arm].events += value;
  }

  /** How much less success somebody had with the challenger than somebody with the champion. */
  protected differs(difference: number): void {
    this.#differences = withDifference(this.#differences, difference, this.plan.margin);
    this.reaches({
      withinMargin: evidenceOf(this.#differences.withinMargin),
      beyondMargin: evidenceOf(this.#differences.beyondMargin),
    });
  }

  protected reaches(evidence: Partial<Reached>): void {
    this.#now = { ...this.#now, ...evidence };
    const before = this.#reached;
    this.#reached = higher(before, this.#now);
    if (sides.some((side) => this.#reached[side] > before[side])) this.risen += 1;
  }

  /** Where the evidence stands after so many outcomes. */
  passed(outcomes: number, people: number): void {
    this.#path.add({ outcomes, people, ...this.#now });
  }

  result(alpha: number): MetricAnalysis {
    const [champion, challenger] = [{ ...this.#first.champion }, { ...this.#first.challenger }];
    const path = this.#path;
    // Not what decides, but for the horizon: found when it is read, since a test is looked at after each batch.
    return {
      ...this.#metric,
      reached: this.#reached,
      get path() {
        return path.points;
      },
      get difference() {
        const [low, high] = rateInterval(challenger, alpha / 2);
        const [from, to] = rateInterval(champion, alpha / 2);
        return [low - to, high - from] as const;
      },
    };
  }
}

/** Both arms judge each attempt. */
class PairedFold extends MetricFold {
  #wins = 0;
  #losses = 0;
  readonly #discordant = new Set<string>();
  readonly #windows = new Map<string, Counts>();

  exposed(): void {}

  record({ key, champion, challenger }: ExperimentRecord): void {
    const [mine, other] = [champion?.[this.name], challenger?.[this.name]];
    if (mine === undefined || other === undefined) return;
    if (mine !== other && !this.#discordant.has(key)) {
      this.#discordant.add(key);
      if (mine === 1) this.#wins += 1;
      else this.#losses += 1;
      const [wins, losses] = [this.#wins, this.#losses];
      this.reaches({
        better: evidenceOfFewerErrors({ wins, losses }),
        worse: evidenceOfFewerErrors({ wins: losses, losses: wins }),
      });
    }
    const seen = this.#windows.get(key) ?? { events: 0, of: 0 };
    if (seen.of === this.plan.window) return;
    if (seen.of === 0) {
      this.began('champion', mine);
      this.began('challenger', other);
    }
    const now = { events: seen.events + other - mine, of: seen.of + 1 };
    this.#windows.set(key, now);
    if (now.of === this.plan.window) this.differs(now.events / now.of);
  }
}

/** Each key is judged by one arm. */
class SplitFold extends MetricFold {
  #test: LogRank = noEvents;
  readonly #atRisk: Record<Arm, number> = { champion: 0, challenger: 0 };
  readonly #hadEvent = new Set<string>();
  readonly #windows = new Map<string, Counts>();
  /** Shares of errors of people who completed the window, and wait for somebody of the other arm. */
  readonly #waiting: Record<Arm, number[]> = { champion: [], challenger: [] };

  exposed(arm: Arm): void {
    this.#atRisk[arm] += 1;
  }

  record({ key, ...values }: ExperimentRecord, arm: Arm): void {
    const value = values[arm]?.[this.name];
    if (value === undefined) return;
    if (value === 1 && !this.#hadEvent.has(key)) this.#event(key, arm);
    const seen = this.#windows.get(key) ?? { events: 0, of: 0 };
    if (seen.of === this.plan.window) return;
    if (seen.of === 0) this.began(arm, value);
    const now = { events: seen.events + value, of: seen.of + 1 };
    this.#windows.set(key, now);
    if (now.of === this.plan.window) this.#completed(arm, now.events / now.of);
  }

  #event(key: string, arm: Arm): void {
    this.#hadEvent.add(key);
    const { champion: control, challenger: treated } = this.#atRisk;
    // Where one arm has nobody left, the next event says nothing.
    if (control > 0 && treated > 0)
      this.#test = withEvent(this.#test, arm === 'challenger' ? 'treated' : 'control', { treated, control });
    this.#atRisk[arm] -= 1;
    this.reaches({ better: evidenceOf(this.#test.better), worse: evidenceOf(this.#test.worse) });
  }

  #completed(arm: Arm, errors: number): void {
    const other = arm === 'champion' ? 'challenger' : 'champion';
    const partner = this.#waiting[other].shift();
    if (partner === undefined) this.#waiting[arm].push(errors);
    else this.differs(arm === 'challenger' ? errors - partner : partner - errors);
  }
}
