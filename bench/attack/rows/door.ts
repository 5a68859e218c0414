import { type Actor, attemptForm, Challenge, isLetIn, type Sent } from '../actor.ts';
import type { Answer } from '../browser.ts';
import type { Outcome, Row } from '../row.ts';
import { victimOf } from '../victim.ts';

async function count(tries: number, once: (index: number) => Promise<boolean>): Promise<Outcome> {
  let successes = 0;
  for (let index = 0; index < tries; index++) if (await once(index)) successes++;
  return { tries, successes };
}

export const omittedFrames: Row = {
  attack: 'omitted-frames',
  aim: 'a session without pictures of somebody who is there',
  async run(stage) {
    const ada = await victimOf(stage, 100, '127.0.1.1');
    const thief = ada.elsewhere(stage.url, '127.0.1.2');
    // The victim's own recordings, in the right words: only the film is missing, or most of it, or its times.
    const changes: ((sent: Sent) => Sent)[] = [
      (sent) => ({ ...sent, frames: [], times: [] }),
      (sent) => ({ ...sent, frames: sent.frames.slice(0, 3), times: sent.times.slice(0, 3) }),
      (sent) => ({ ...sent, times: [] }),
      (sent) => ({ ...sent, frames: [...sent.frames].fill(sent.frames[0] ?? new Uint8Array()) }),
    ];
    return count(changes.length, async (index) =>
      isLetIn(
        await thief.signIn(ada.name, async (challenge) => {
          const sent = await thief.film(challenge);
          return changes[index]?.(sent) ?? sent;
        }),
      ),
    );
  },
};

export const omittedDigits: Row = {
  attack: 'omitted-digits',
  aim: 'a session without the digits that were asked for',
  async run(stage) {
    const ada = await victimOf(stage, 101, '127.0.1.3');
    const thief = ada.elsewhere(stage.url, '127.0.1.4');
    const said = [
      (digits: string) => digits.slice(0, 2),
      (digits: string) => [...digits].reverse().join(''),
      (digits: string) => digits.replace(/./g, (digit) => String((Number(digit) + 5) % 10)),
      (digits: string) => digits.slice(0, -1) + String((Number(digits.at(-1)) + 5) % 10),
    ];
    return count(said.length, async (index) =>
      isLetIn(
        await thief.signIn(ada.name, async (challenge) => {
          const digits = said[index]?.(challenge.digits) ?? '';
          return thief.film({ ...challenge, digits: digits === challenge.digits ? '0' : digits });
        }),
      ),
    );
  },
};

/** What a refusal tells, but for what is different at every attempt. */
function told({ status, body, headers }: Answer): string {
  const { id, requestId, hints, ...rest } = body ?? {};
  const names = Object.keys(headers).filter(
    (name) => !['date', 'x-request-id', 'content-length'].includes(name),
  );
  return JSON.stringify({
    status,
    rest,
    headers: names.sort(),
    id: typeof id,
    requestId: typeof requestId,
    hints: typeof hints,
  });
}

export const oracle: Row = {
  attack: 'oracle',
  aim: 'refusals that tell apart what was wrong',
  async run(stage) {
    const ada = await victimOf(stage, 102, '127.0.1.5');
    const thief = ada.elsewhere(stage.url, '127.0.1.6');
    const stranger = stage.actor(103, { address: '127.0.1.7' });
    const other = (digits: string) => digits.replace(/./g, (digit) => String((Number(digit) + 5) % 10));
    const wrong: (() => Promise<Answer>)[] = [
      // Face and voice match, the digits do not.
      () =>
        thief.signIn(ada.name, (challenge) => thief.film({ ...challenge, digits: other(challenge.digits) })),
      // Face and voice match, the head does not turn as asked.
      () => thief.signIn(ada.name, (challenge) => thief.film({ ...challenge, turn: null })),
      // A stranger.
      () => stranger.signIn(ada.name),
      // The face matches, the voice does not.
      () =>
        thief.signIn(ada.name, async (challenge) => {
          const [own, foreign] = [await thief.film(challenge), await stranger.film(challenge)];
          return { ...own, voice: foreign.voice };
        }),
      // The voice matches, the face does not.
      () =>
        thief.signIn(ada.name, async (challenge) => {
          const [own, foreign] = [await thief.film(challenge), await stranger.film(challenge)];
          return { ...foreign, voice: own.voice };
        }),
      // Nobody has this name.
      () => stranger.signIn('Nobody Of This Name'),
    ];
    const answers: Answer[] = [];
    for (const one of wrong) answers.push(await one());
    // Who was let in by mistake is counted by the row that is about it.
    const refusals = answers.filter((answer) => !isLetIn(answer));
    const letIn = answers.flatMap((answer, index) => (isLetIn(answer) ? [index + 1] : []));
    const kinds = new Set(refusals.map(told));
    return {
      tries: refusals.length,
      successes: kinds.size - 1,
      note: `${kinds.size === 1 ? 'one answer for all' : [...kinds].join('\n')}${
        letIn.length > 0 ? `; let in was ${letIn.join(', ')} of ${wrong.length}` : ''
      }`,
    };
  },
};

export const lockout: Row = {
  attack: 'lockout',
  aim: 'the person is kept out of her own device by failures of a stranger',
  async run(stage) {
    const ada = await victimOf(stage, 104, '127.0.1.8');
    const stranger = stage.actor(105, { address: '127.0.1.9' });
    const film = await stranger.film({ digits: '1234', turn: 'left' });
    let stopped = 0;
    for (let time = 0; time < 60; time++) {
      const answer = await stranger.signIn(ada.name, async () => film);
      if (answer.status === 429) stopped++;
      if (stopped > 3) break;
    }
    return count(3, async () => !isLetIn(await ada.signIn()));
  },
};

export const manyNames: Row = {
  attack: 'many-names',
  aim: 'one face is tried on all names',
  async run(stage) {
    const stranger = stage.actor(106, { address: '127.0.1.10' });
    const film = await stranger.film({ digits: '1234', turn: 'left' });
    const names = 40;
    let judged = 0;
    for (let index = 0; index < names; index++) {
      const answer = await stranger.signIn(`Somebody Number ${index}`, async () => film);
      if (answer.status === 200) judged++;
    }
    return {
      tries: names,
      successes: judged === names ? 1 : 0,
      note: `${judged} of ${names} names were judged`,
    };
  },
};

export const grinding: Row = {
  attack: 'grinding',
  aim: 'a challenge whose digits suit a recording that is at hand',
  async run(stage) {
    const ada = await victimOf(stage, 107, '127.0.1.11');
    const stranger = stage.actor(108, { address: '127.0.1.12' });
    const tries = 400;
    const given = new Set<string>();
    for (let time = 0; time < tries; time++) {
      const answer = await stranger.browser.call('/api/v1/challenges', { json: { name: ada.name } });
      if (answer.status === 201) given.add(Challenge.parse(answer.body).digits);
    }
    // Twenty recordings of four digits suit one challenge in five hundred.
    const enough = 100;
    return {
      tries,
      successes: given.size >= enough ? 1 : 0,
      note: `${given.size} different challenges were given`,
    };
  },
};

export const enumeration: Row = {
  attack: 'enumeration',
  aim: 'an answer that tells whether somebody has a name',
  async run(stage) {
    const ada = await victimOf(stage, 109, '127.0.1.13');
    const stranger = stage.actor(110, { address: '127.0.1.14' });
    const nobody = 'Nobody Of That Name';
    const film = await stranger.film({ digits: '1234', turn: 'left' });
    const ask = (path: string, json: (name: string) => unknown) => (name: string) =>
      stranger.browser.call(path, { json: json(name) });
    const ways: Record<string, (name: string) => Promise<Answer>> = {
      challenge: ask('/api/v1/challenges', (name) => ({ name })),
      attempt: (name) => stranger.signIn(name, async () => film),
      passkey: ask('/api/v1/passkeys/authentication/options', (name) => ({ name })),
      recovery: ask('/api/v1/recovery-codes/sign-in', (name) => ({ name, code: 'AAAAA-AAAAA' })),
      operatorCode: ask('/api/v1/codes/sign-in', (name) => ({ name, code: '12345678' })),
      enrolmentChallenge: ask('/api/v1/challenges', (name) => ({ purpose: 'enrolment', name })),
      enrolment: (name) => stranger.enrol(name),
    };
    const found: string[] = [];
    for (const [way, use] of Object.entries(ways)) {
      const [known, unknown] = [await use(ada.name), await use(nobody)];
      if (shape(known, ada.name) !== shape(unknown, nobody))
        found.push(`${way}: ${shape(known, ada.name)} / ${shape(unknown, nobody)}`);
    }
    const times = await timeApart(stranger, film, [ada.name, nobody]);
    if (times.apart) found.push(`time of a refusal: ${times.text}`);
    return {
      tries: Object.keys(ways).length + 1,
      successes: found.length,
      note: found.length === 0 ? `times ${times.text}` : found.join('\n'),
    };
  },
};

/** Status and everything that is told, with ids and secrets replaced by what kind they are. */
function shape({ status, body }: Answer, name: string): string {
  const kinds = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(kinds);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kinds(inner)]));
    if (typeof value !== 'string') return value;
    if (value === 'left' || value === 'right') return 'a side';
    return value.includes(name)
      ? 'NAME'
      : /^[a-z_-]{1,40}$/.test(value)
        ? value
        : `text of ${value.length > 20 ? 'many' : 'few'}`;
  };
  return JSON.stringify([status, kinds(body)]);
}

/** Whether every refusal of one name took longer than every one of the other. */
async function timeApart(
  stranger: Actor,
  film: Sent,
  names: readonly [string, string],
): Promise<{ apart: boolean; text: string }> {
  const taken: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++)
    for (const [index, name] of names.entries()) {
      const challenge = await stranger.challenge(name);
      if ('status' in challenge) continue;
      const form = attemptForm({ name, challenge: challenge.id }, film);
      taken[index]?.push((await stranger.browser.call('/api/v1/attempts', { form })).milliseconds);
    }
  const [known, unknown] = taken;
  const text = taken.map((times) => times.map((time) => `${Math.round(time)}`).join(' ')).join(' ms, ');
  if (known.length < 3 || unknown.length < 3) return { apart: false, text: `${text} ms` };
  const apart =
    Math.min(...known) > Math.max(...unknown) + 50 || Math.min(...unknown) > Math.max(...known) + 50;
  return { apart, text: `${text} ms` };
}
