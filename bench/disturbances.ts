import http from 'node:http';
import net from 'node:net';
import sharp from 'sharp';

/** Somebody else's addresses, all of them this machine's. */
const trickler = '127.0.0.2';
const painter = '127.0.0.3';
const trickleEveryMs = 1000;

/** People who mean harm: sockets that send a byte a second, and pictures of 40 megapixels, one after another each. */
export async function disturb(
  server: string,
  { trickles, giants }: { trickles: number; giants: number },
): Promise<{ stop(): Promise<void> }> {
  const port = Number(new URL(server).port);
  const giant = await sharp({ create: { width: 8000, height: 5000, channels: 3, background: '#446688' } })
    .png({ progressive: true })
    .toBuffer();
  let stopped = false;
  const tricklers = Array.from({ length: trickles }, () => trickle(port, () => stopped));
  const painters = Array.from({ length: giants }, async () => {
    while (!stopped) await send(port, giant);
  });
  return {
    stop: async () => {
      stopped = true;
      await Promise.all([...tricklers, ...painters]);
    },
  };
}

async function trickle(port: number, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: trickler });
    let open = true;
    socket
      .on('error', () => undefined)
      .on('close', () => {
        open = false;
      });
    socket.resume();
    socket.write(
      'POST /api/v1/captures/face HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: image/jpeg\r\ncontent-length: 100000\r\n\r\n',
    );
    while (open && !stopped()) {
      socket.write('x');
      await new Promise((done) => setTimeout(done, trickleEveryMs));
    }
    socket.destroy();
  }
}

function send(port: number, image: Uint8Array): Promise<void> {
  return new Promise((done) => {
    const request = http.request(
      {
        ...{ host: '127.0.0.1', port, localAddress: painter, method: 'POST', path: '/api/v1/captures/face' },
        headers: { 'content-type': 'image/png', 'content-length': image.length },
      },
      (response) =>
        response
          .resume()
          .on('end', done)
          .on('error', () => done()),
    );
    request.on('error', () => done());
    request.end(image);
  });
}
