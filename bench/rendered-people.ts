import { wilson } from '@visavox/recognition/evaluation/error-rates';
import { syntheticPerson } from '@visavox/recognition/synthetic/person';
import { withPictureFolder } from '@visavox/recognition/synthetic/picture-store';
import { Sitting, type SittingOptions } from '@visavox/recognition/synthetic/sitting';
import { startTestServer, type TestServer } from '@visavox/server/testing/test-server';
import { answer, enrol, prompts, type Visitor } from '@visavox/server/testing/visitors';
import { describeSummary, summarise } from './summary.ts';

/** Of nobody that anything was chosen on. */
const seed = 88_000;
const people = 50;
const answers = 4;
const limit = 0.03;
const limitSeconds = 4;

/**
 * Rendered people enrol and sign in at a server that requires somebody to be there: how often it refuses them, for what, and
 * what their films cost.
 */
export async function benchRenderedPeople(print: (line: string) => void): Promise<boolean> {
  const server = await startTestServer();
  try {
    print(`rendered-people: ${people} people, ${answers} answers each`);
    const plain = await round(server, { name: 'rendered frame by frame', options: {}, first: 0 }, print);
    const kept = await withPictureFolder((pictures) =>
      round(server, { name: 'from looks that are kept', options: { pictures }, first: people }, print),
    );
    return plain && kept;
  } finally {
    await server.close();
  }
}

async function round(
  server: TestServer,
  { name, options, first }: { name: string; options: SittingOptions; first: number },
  print: (line: string) => void,
): Promise<boolean> {
  const reasons = new Map<string, number>();
  const seconds: number[] = [];
  let refused = 0;
  for (let index = first; index < first + people; index++) {
    const visitor = await visitorOf(index, options, seconds);
    const enrolled = await enrol(server, visitor);
    if (enrolled.status !== 201) {
      print(`  ${visitor.name} could not enrol: ${await enrolled.text()}`);
      refused += answers;
      continue;
    }
    for (let take = 0; take < answers; take++) {
      const response = await answer(server, { as: visitor.name, by: visitor });
      const { decision } = (await response.json()) as { decision: string };
      // Failures are counted by name, and lock it for a while.
      server.advance(400);
      if (decision === 'accept') continue;
      refused++;
      const [last] = await server.services.attempts.list({ limit: 1 });
      for (const reason of last?.reasons ?? []) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  const made = people * answers;
  const [low, high] = wilson(refused, made).map((share) => (share * 100).toFixed(1));
  const cost = summarise(seconds);
  print(
    `  ${name}: ${refused} of ${made} refused, ${((refused / made) * 100).toFixed(1)} % (${low} to ${high})${
      reasons.size > 0 ? `: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')}` : ''
    }`,
  );
  print(`    CPU of a film and its voice ${describeSummary(cost, 's')}`);
  return refused / made <= limit && cost.median <= limitSeconds;
}

/** `seconds`: CPU time of each film that is made. */
async function visitorOf(index: number, options: SittingOptions, seconds: number[]): Promise<Visitor> {
  const person = syntheticPerson(seed, index);
  // A kept look is of one sitting; else each answer has a light, a wall and a distance of its own.
  const sittingOf = (take: number) => new Sitting(person, options.pictures ? 1 : take, options);
  const faces = await Promise.all([1, 2, 3, 4, 5].map((shot) => person.face(shot)));
  let take = 0;
  return {
    name: person.name,
    faces: faces.slice(0, 3),
    voices: prompts.map((digits, utterance) => person.utterance(digits, utterance)),
    probe: { faces: faces.slice(3), voice: new Uint8Array() },
    person,
    async film(digits, turn) {
      const before = process.cpuUsage();
      const film = await sittingOf(take).answer(digits, { turn, take: take++ });
      const { user, system } = process.cpuUsage(before);
      seconds.push((user + system) / 1e6);
      return film;
    },
  };
}
