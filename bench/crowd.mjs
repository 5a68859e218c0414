// People who all want to sign in at once: each asks for a challenge, sends an answer, sends it again when it was told to
// come again, and begins anew when it was answered. A child process, so that its own work is not the server's. Reads a job from the parent
// ({ port, people, milliseconds, forms }), answers { admitted, refused, statuses, broken }: milliseconds of those
// answered and of those told to come again, and how many there were of each status and each broken connection.
import http from 'node:http';

export const boundary = 'a-boundary-that-is-in-no-recording';
export const challengeMark = '00000000-0000-4000-8000-000000000000';
/** Nobody has these names, which costs the server as much as if somebody had. */
const nameOf = (index) => `Visitor ${String(index).padStart(4, '0')}`;
export const nameMark = nameOf(0);

process.on('message', async (job) => {
  process.send(await crowd(job));
});

async function crowd({ port, people, milliseconds, forms }) {
  const outcome = { admitted: [], refused: [], statuses: {}, broken: {} };
  const until = performance.now() + milliseconds;
  await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      // Each from an address of its own, all of them this machine's.
      const localAddress = `127.${1 + (index >> 8)}.${index & 255}.${1 + (index % 200)}`;
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const at = { port, localAddress, agent };
      const form = forms[index % forms.length];
      while (performance.now() < until) {
        await visit(at, { name: nameOf(index), form }, { outcome, until });
      }
      agent.destroy();
    }),
  );
  return outcome;
}

async function visit(at, { name, form }, { outcome, until }) {
  try {
    const asked = await askFor(at, name);
    count(outcome, 'challenge', asked);
    if (asked.status !== 201) return await pause(asked, until);
    while (performance.now() < until) {
      const answered = await answer(at, { name, form }, asked);
      count(outcome, 'attempt', answered);
      if (answered.status === 200) outcome.admitted.push(answered.milliseconds);
      if (answered.status !== 503) return await pause(answered, until);
      outcome.refused.push(answered.milliseconds);
      await pause(answered, until);
    }
  } catch (error) {
    const name = error.code ?? error.message;
    outcome.broken[name] = (outcome.broken[name] ?? 0) + 1;
  }
}

const pause = ({ retryAfter }, until) => sleep(Math.min(retryAfter * 1000, until - performance.now()));

export async function signInFrom(at, { name, form }) {
  const asked = await askFor(at, name);
  return asked.status === 201 ? await answer(at, { name, form }, asked) : asked;
}

function askFor(at, name) {
  const wish = JSON.stringify({ name });
  return send(at, '/api/v1/challenges', { 'content-type': 'application/json' }, wish);
}

function answer(at, { name, form }, { body: challenge, cookies }) {
  const body = Buffer.from(form);
  body.write(name, body.indexOf(nameMark), 'latin1');
  body.write(JSON.parse(challenge).id, body.indexOf(challengeMark), 'latin1');
  const type = `multipart/form-data; boundary=${boundary}`;
  return send(at, '/api/v1/attempts', { 'content-type': type, cookie: cookies }, body);
}

function count({ statuses }, what, { status }) {
  statuses[`${what} ${status}`] = (statuses[`${what} ${status}`] ?? 0) + 1;
}

function send(at, path, headers, body) {
  const started = performance.now();
  return new Promise((done, fail) => {
    const request = http.request(
      {
        ...{ host: '127.0.0.1', method: 'POST', path, ...at },
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', fail);
        response.on('end', () => {
          const retryAfter = response.headers['retry-after'];
          done({
            status: response.statusCode,
            milliseconds: performance.now() - started,
            retryAfter: Number(retryAfter ?? 0),
            cookies: (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; '),
            body: Buffer.concat(parts).toString(),
          });
        });
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
