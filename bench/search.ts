import { normalise } from '@visavox/recognition/signals/vectors';
import { Random } from '@visavox/recognition/synthetic/random';
import { FaceIndex } from '@visavox/server/enrolment/face-index';
import { describeSummary, summarise } from './summary.ts';

const dimension = 256;
const sizes = [100_000, 1_000_000];
const newcomers = 500;
const limitMs = 5;
const leastRecall = 0.99;
/**
 * As templates of LFW's people are to each other under the published face networks, which `evaluate --enrolment` prints: the cosine
 * of different people, and of two templates of one, of which 0.923 is the middle and 0.865 what one in a hundred falls short of.
 */
const strangers = 0.533;
const own = [0.923, 0.865] as const;
/** Faces vary more in some ways than in others: as much as in about 100 ways of equal weight. */
const weights = Array.from({ length: dimension }, (_, axis) => 1 / (1 + axis / 8));
const meanWeight = weights.reduce((sum, weight) => sum + weight, 0) / dimension;

/** Who is found of those who are enrolled already, and how long it takes, among so many synthetic faces. */
export async function benchSearch(print: (line: string) => void): Promise<boolean> {
  let within = true;
  for (const size of sizes) {
    const random = new Random('bench search', size);
    const middle = normalise(Float32Array.from({ length: dimension }, () => random.normal(0, 1)));
    const spread = (1 / strangers - 1) / dimension / meanWeight;
    const deviations = weights.map((weight) => Math.sqrt(spread * weight));
    const stranger = () => normalise(middle.map((value, axis) => value + random.normal(0, deviations[axis])));
    const index = new FaceIndex();
    const queries: { face: Float32Array; person: string; cosine: number }[] = [];
    for (let at = 0; at < size; at++) {
      const face = stranger();
      index.add({ person: `${at}`, sequence: at + 1, face });
      if (at % Math.floor(size / newcomers) === 0 && queries.length < newcomers) {
        const cosine = own[queries.length % own.length]!;
        queries.push({ person: `${at}`, cosine, face: another(face, cosine, { deviations, random }) });
      }
    }
    const started = process.cpuUsage();
    while (index.grow(10_000));
    const built = cpuMs(started) / 1000;
    print(
      `search: ${size} faces, ${index.exact ? 'each looked at' : `sketched in ${built.toFixed(1)} CPU-s`}`,
    );
    const [wall, cpu]: [number[], number[]] = [[], []];
    const found = new Map<number, number>();
    for (const { face, person, cosine } of queries) {
      const [at, used] = [performance.now(), process.cpuUsage()];
      const [nearest] = index.nearest(face, 5);
      wall.push(performance.now() - at);
      cpu.push(cpuMs(used));
      if (nearest?.person === person) found.set(cosine, (found.get(cosine) ?? 0) + 1);
    }
    const [typical, poor] = own.map((cosine) => (found.get(cosine) ?? 0) / (newcomers / own.length));
    const recall = ((typical ?? 0) + (poor ?? 0)) / 2;
    print(`  ${describeSummary(summarise(wall), 'ms')}, CPU ${describeSummary(summarise(cpu), 'ms')}`);
    print(
      `  found of those enrolled already: ${share(typical)} at a cosine of ${own[0]}, ${share(poor)} at ${own[1]}; ${share(recall)} of all`,
    );
    const { rss } = process.memoryUsage();
    print(`  resident ${(rss / 1024 / 1024).toFixed(0)} MB`);
    if (!index.exact) within &&= summarise(cpu).median <= limitMs && recall >= leastRecall;
  }
  print(`  limits: ${limitMs} ms, ${share(leastRecall)} found`);
  return within;
}

/** A face at this cosine. */
function another(
  face: Float32Array,
  cosine: number,
  { deviations, random }: { deviations: readonly number[]; random: Random },
): Float32Array {
  const away = Float32Array.from(deviations, (deviation) => random.normal(0, deviation));
  const along = away.reduce((sum, value, at) => sum + value * face[at]!, 0);
  const across = normalise(away.map((value, at) => value - along * face[at]!));
  const sine = Math.sqrt(1 - cosine * cosine);
  return face.map((value, at) => cosine * value + sine * across[at]!);
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function share(value: number | undefined): string {
  return `${((value ?? 0) * 100).toFixed(1)} %`;
}
