import type { Recogniser } from '../../recogniser.ts';
import { scoreOf } from '../../signals/evidence-map.ts';
import type { Side } from '../../signals/sides.ts';
import type { Acquirer } from '../acquisition.ts';
import { embedItems } from './embedded-items.ts';
import { shareInterval } from './figures.ts';
import { GrowingScores } from './growing-scores.ts';
import type { TemplateFace, TemplatePair } from './ijb-c.ts';
import { JoinedPeople } from './joined-people.ts';
import { missingOf, recordingsMissing } from './missing.ts';
import type { ProtocolFigure, Trialled } from './protocol-report.ts';
import { portionsOf, templatesOf } from './templates.ts';
import { FAR_LEVELS, trueAcceptRate } from './true-accept-rates.ts';

export interface TemplateOptions {
  readonly root: string;
  readonly allowMissing: boolean;
  readonly seed: number;
  readonly progress: (total: number) => (done: number) => void;
}

/** Comparisons of templates: many pictures of a face against many. A template without a face that can be used never matches. */
export async function trialTemplates(
  { recogniser, acquirer }: { recogniser: Recogniser; acquirer: Acquirer },
  {
    faces,
    pairs,
  }: { faces: readonly TemplateFace[]; pairs: AsyncIterable<TemplatePair> | Iterable<TemplatePair> },
  { root, allowMissing, seed, progress }: TemplateOptions,
): Promise<Trialled> {
  const images = [...new Set(faces.map(({ image }) => image))];
  const missing = await missingOf(images, root);
  if (missing.size > 0 && !allowMissing) throw recordingsMissing(missing, { listed: images.length, root });
  const there = faces.filter(({ image }) => !missing.has(image));
  const embedded = await embedTemplates({ recogniser, acquirer }, there, progress(there.length));
  const scored = await scorePairs(recogniser, {
    ...{ pairs, templates: embedded.templates },
    present: new Set(there.map(({ template }) => template)),
  });
  const trials = scored.genuine.length + scored.impostor.length;
  return {
    genuine: scored.genuine.length,
    impostor: scored.impostor.length,
    people: scored.people,
    leftOut: {
      recordings: missing.size,
      trials: scored.leftOut,
      share: trials + scored.leftOut === 0 ? 0 : scored.leftOut / (trials + scored.leftOut),
    },
    recordings: images.length - missing.size,
    failuresToAcquire: Object.values(embedded.faults).reduce((sum, count) => sum + count, 0),
    failureCodes: embedded.faults,
    figures: acceptFigures(scored, seed),
  };
}

async function embedTemplates(
  { recogniser, acquirer }: { recogniser: Recogniser; acquirer: Acquirer },
  faces: readonly TemplateFace[],
  progress: (done: number) => void,
): Promise<{ templates: ReadonlyMap<number, Side>; faults: Readonly<Record<string, number>> }> {
  const templates = new Map<number, Side>();
  const faults: Record<string, number> = {};
  let before = 0;
  for (const portion of portionsOf(faces)) {
    const items = portion.map(({ image }) => image);
    const embedded = await embedItems({ recogniser, acquirer, modality: 'face' }, items, (done) =>
      progress(before + done),
    );
    for (const [template, side] of templatesOf(portion, embedded)) templates.set(template, side);
    for (const [code, count] of Object.entries(embedded.faults)) faults[code] = (faults[code] ?? 0) + count;
    before += portion.length;
  }
  return { templates, faults };
}

interface ScoredPairs {
  readonly genuine: Float32Array;
  /** Whose each genuine comparison is: what is listed as the same, directly or over others, is one person. */
  readonly genuinePeople: Uint32Array;
  /** Ascending. */
  readonly impostor: Float32Array;
  readonly people: number;
  /** Pairs of which a template has no picture. */
  readonly leftOut: number;
}

/** Scores are of the calibration's line over the cosines, without what it knows of counts and quality. */
async function scorePairs(
  { calibration }: Pick<Recogniser, 'calibration'>,
  {
    pairs,
    templates,
    present,
  }: {
    pairs: AsyncIterable<TemplatePair> | Iterable<TemplatePair>;
    templates: ReadonlyMap<number, Side>;
    present: ReadonlySet<number>;
  },
): Promise<ScoredPairs> {
  const numbers = new Map([...present].map((template, index) => [template, index]));
  const joined = new JoinedPeople();
  const [genuine, impostor] = [new GrowingScores(), new GrowingScores()];
  const claimed: number[] = [];
  let leftOut = 0;
  for await (const { a, b, same } of pairs) {
    const [one, other] = [numbers.get(a), numbers.get(b)];
    if (one === undefined || other === undefined) {
      leftOut += 1;
      continue;
    }
    const [enrolled, probe] = [templates.get(a), templates.get(b)];
    const score = enrolled && probe ? scoreOf(calibration.face, enrolled, probe) : Number.NEGATIVE_INFINITY;
    if (same) {
      joined.join(one, other);
      claimed.push(one);
      genuine.push(score);
    } else impostor.push(score);
  }
  const people = joined.people(present.size);
  return {
    genuine: genuine.values(),
    genuinePeople: Uint32Array.from(claimed, (template) => people[template] ?? 0),
    impostor: impostor.values().sort(),
    people: new Set(people).size,
    leftOut,
  };
}

/** Intervals are over the people of the genuine comparisons, and take the thresholds for known. */
function acceptFigures({ genuine, genuinePeople, impostor }: ScoredPairs, seed: number): ProtocolFigure[] {
  return FAR_LEVELS.map((far): ProtocolFigure => {
    const found = trueAcceptRate(genuine, impostor, far);
    const figure = `TAR at FAR ${far.toExponential(0)}`;
    if (!found) return { figure, value: null, unit: 'share', interval: null };
    const accepted = Uint8Array.from(genuine, (score) => Number(score > found.refused));
    const interval = shareInterval({ a: genuinePeople, b: genuinePeople }, accepted, seed);
    return { figure, value: found.tar, unit: 'share', interval };
  });
}
