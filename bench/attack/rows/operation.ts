import { disturb } from '../../disturbances.ts';
import { Browser } from '../browser.ts';
import { quantile } from '../honest.ts';
import type { Outcome, Row, Stage } from '../row.ts';

export const rotatedToken: Row = {
  attack: 'rotated-token',
  aim: 'an operator’s session that outlives the token',
  async run(stage) {
    const thief = new Browser(stage.url, '127.0.3.1');
    const before = stage.token();
    await thief.call('/api/v1/operator/session', { json: { token: before } });
    const known = await thief.call('/api/v1/status');
    await stage.rotateToken();
    const cookie = await thief.call('/api/v1/status');
    const token = await thief.call('/api/v1/status', { headers: { authorization: `Bearer ${before}` } });
    const successes = [cookie, token].filter(({ status }) => status === 200).length;
    return {
      tries: 2,
      successes,
      note: known.status === 200 ? '' : `the session did not work before: ${known.status}`,
    };
  },
};

/** What an honest visitor waits while something goes on, in milliseconds: the median of several visits. */
async function beside(stage: Stage, visits: number, when: 'before' | 'during'): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < visits; time++) times.push(await stage.honest.visit(when));
  return quantile(times, 0.5) ?? 0;
}

const slower = 1.2;
const visits = 8;

async function slowsDown(stage: Stage, who: { trickles: number; giants: number }): Promise<Outcome> {
  const before = await beside(stage, visits, 'before');
  const disturbance = await disturb(stage.url, who);
  try {
    const during = await beside(stage, visits, 'during');
    return {
      tries: visits,
      successes: during > before * slower ? 1 : 0,
      note: `an honest visitor waits ${Math.round(during)} ms instead of ${Math.round(before)} ms`,
    };
  } finally {
    await disturbance.stop();
  }
}

export const trickle: Row = {
  attack: 'trickle',
  aim: 'an honest visitor waits a fifth longer beside four sockets that send a byte a second',
  run: (stage) => slowsDown(stage, { trickles: 4, giants: 0 }),
};

export const giantImage: Row = {
  attack: 'giant-image',
  aim: 'an honest visitor waits a fifth longer beside four who send giant pictures',
  run: (stage) => slowsDown(stage, { trickles: 0, giants: 4 }),
};

export const overload: Row = {
  attack: 'overload',
  aim: 'an answer that is neither a decision nor a 503 at once, among 300 sign-ins',
  async run(stage) {
    const crowd = Array.from({ length: 300 }, (_, index) =>
      stage.actor(200 + (index % 4), { address: `127.0.4.${index % 250}` }),
    );
    const film = await stage.actor(200).film({ digits: '1234', turn: 'left' });
    let wrong = 0;
    const statuses = new Map<number | string, number>();
    const refusedAfter: number[] = [];
    await Promise.all(
      crowd.map(async (actor, index) => {
        const answer = await actor.signIn(`Crowd ${index}`, async () => film).catch(() => null);
        const status = answer?.status ?? 'broken';
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (answer?.status === 503) refusedAfter.push(answer.milliseconds);
        if (!answer || ![200, 429, 503].includes(answer.status)) wrong++;
        if (answer?.status === 503 && answer.headers['retry-after'] === undefined) wrong++;
      }),
    );
    const counted = [...statuses].map(([status, times]) => `${status}: ${times}`).join(', ');
    const median = quantile(refusedAfter, 0.5);
    return {
      tries: crowd.length,
      successes: wrong,
      note: `${counted}${median === null ? '' : `; 503 after ${Math.round(median)} ms`}`,
    };
  },
};

export const nul: Row = {
  attack: 'nul',
  aim: 'an error of the server by a NUL character',
  async run(stage) {
    const browser = new Browser(stage.url, '127.0.3.30');
    const form = new FormData();
    form.set('name', 'a\0b');
    form.set('challenge', 'a\0b');
    const answers = [
      await browser.call('/api/v1/challenges', { json: { name: 'a\0b' } }),
      await browser.call('/api/v1/attempts', { form }),
      await browser.call('/api/v1/people', { form }),
      await browser.call('/api/v1/recovery-codes/sign-in', { json: { name: 'a\0b', code: 'a\0b' } }),
      await stage.operator('/api/v1/people/a%00b'),
      await stage.operator('/api/v1/runs/a%00b'),
      await stage.operator('/api/v1/trace/run/a%00b'),
      await stage.operator('/api/v1/attempts?person=a%00b'),
      await stage.operator('/api/v1/runs', { json: { parameters: { text: 'a\0b' } } }),
    ];
    const wrong = answers.filter(({ status }) => status !== 400);
    return {
      tries: answers.length,
      successes: answers.filter(({ status }) => status >= 500).length,
      note: wrong.length === 0 ? '' : `not 400: ${wrong.map(({ status }) => status).join(', ')}`,
    };
  },
};
