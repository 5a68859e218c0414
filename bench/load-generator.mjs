// Sends prepared requests over kept connections, each as soon as the answer before it is whole, for the same
// time against whichever server: a child process, so that it measures every server with the same code and cost.
// Reads a job from the parent ({ transport, port, path, headers, body, connections, milliseconds }), answers
// { latencies, failed, milliseconds }.
import http2 from 'node:http2';
import net from 'node:net';

process.on('message', async ({ body, ...job }) => {
  const result = await run({ ...job, body: Buffer.from(body, 'base64') });
  process.send(result);
});

async function run({ transport, port, path, headers, body, connections, milliseconds }) {
  const latencies = [];
  const outcome = { failed: 0 };
  const until = performance.now() + milliseconds;
  const open = transport === 'grpc' ? openGrpc : openRest;
  const clients = await Promise.all(
    Array.from({ length: connections }, () => open({ port, path, headers, body })),
  );
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) {
        const before = performance.now();
        if (await client.request()) latencies.push(performance.now() - before);
        else outcome.failed++;
      }
    }),
  );
  const lasted = performance.now() - started;
  for (const client of clients) client.close();
  return { latencies, failed: outcome.failed, milliseconds: lasted };
}

/** HTTP/1.1 on a bare socket; answers have a Content-Length. */
async function openRest({ port, path, headers, body }) {
  const head = [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Length: ${body.length}`];
  for (const [name, value] of Object.entries(headers)) head.push(`${name}: ${value}`);
  const request = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
  let received = Buffer.alloc(0);
  let wanted = -1;
  let answered;
  let status = 0;
  // A server that hangs up ends this connection; what it was asked counts as failed.
  let lost = false;
  const lose = () => {
    lost = true;
    answered?.(false);
  };
  socket.on('error', lose).on('close', lose);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (wanted < 0) {
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = received.toString('latin1', 0, end);
      status = Number(text.slice(9, 12));
      wanted = end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1]);
    }
    if (received.length < wanted) return;
    received = Buffer.alloc(0);
    wanted = -1;
    answered(status === 200);
  });
  return {
    request: () =>
      new Promise((done) => {
        answered = done;
        if (lost) setTimeout(done, 10, false);
        else socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** gRPC as the HTTP/2 that it is; the body is a message with its five bytes before it. */
async function openGrpc({ port, path, body }) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await new Promise((done, fail) => session.once('connect', done).once('error', fail));
  session.on('error', () => {});
  return {
    request: () =>
      new Promise((done) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': path,
          'content-type': 'application/grpc',
          te: 'trailers',
        });
        let status;
        stream.on('response', (headers) => {
          status ??= headers['grpc-status'];
        });
        stream.on('trailers', (headers) => {
          status = headers['grpc-status'];
        });
        stream.on('data', () => {});
        stream.on('error', () => done(false));
        stream.on('end', () => done(String(status) === '0'));
        stream.end(body);
      }),
    close: () => session.destroy(),
  };
}
