// People who all want to sign in at once: each asks for a challenge, sends an answer, and begins anew when it was
// answered or turned away. A child process, so that its own work is not the server's. Reads a job from the parent
// ({ port, people, milliseconds, answers: [{ name, form }] }), answers { admitted, refused, statuses, broken }: milliseconds of those
// answered and of those told to come again, and how many there were of each status and each broken connection.
import http from 'node:http';

export const boundary = 'a-boundary-that-is-in-no-recording';
export const challengeMark = '00000000-0000-4000-8000-000000000000';

process.on('message', async ({ answers, ...job }) => {
  process.send(await crowd({ ...job, answers }));
});

async function crowd({ port, people, milliseconds, answers }) {
  const outcome = { admitted: [], refused: [], statuses: {}, broken: {} };
  const until = performance.now() + milliseconds;
  await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      // Each from an address of its own, all of them this machine's.
      const localAddress = `127.${1 + (index >> 8)}.${index & 255}.${1 + (index % 200)}`;
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const at = { port, localAddress, agent };
      const answer = answers[index % answers.length];
      while (performance.now() < until) {
        const retryAfterSeconds = await visit(at, answer, outcome);
        await sleep(Math.min(retryAfterSeconds * 1000, until - performance.now()));
      }
      agent.destroy();
    }),
  );
  return outcome;
}

async function visit(at, { name, form }, outcome) {
  try {
    const wish = JSON.stringify({ name });
    const asked = await send(at, '/api/v1/challenges', { 'content-type': 'application/json' }, wish);
    count(outcome, 'challenge', asked);
    if (asked.status !== 201) return asked.retryAfter;
    const { id } = JSON.parse(asked.body);
    const body = Buffer.from(form);
    body.write(id, body.indexOf(challengeMark), 'latin1');
    const type = `multipart/form-data; boundary=${boundary}`;
    const started = performance.now();
    const answered = await send(at, '/api/v1/attempts', { 'content-type': type }, body);
    const took = performance.now() - started;
    count(outcome, 'attempt', answered);
    if (answered.status === 200) outcome.admitted.push(took);
    if (answered.status === 503) outcome.refused.push(took);
    return answered.retryAfter;
  } catch (error) {
    const name = error.code ?? error.message;
    outcome.broken[name] = (outcome.broken[name] ?? 0) + 1;
    return 0;
  }
}

function count({ statuses }, what, { status }) {
  statuses[`${what} ${status}`] = (statuses[`${what} ${status}`] ?? 0) + 1;
}

function send(at, path, headers, body) {
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
            retryAfter: Number(retryAfter ?? 0),
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
