import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Null where it is no JSON. */
  readonly body: Record<string, unknown> | null;
  readonly milliseconds: number;
}

export interface Call {
  readonly method?: string;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly raw?: { readonly type: string; readonly bytes: Uint8Array };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody at a computer of his own: cookies, and an address. What a server sees of a browser. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #server: URL;
  readonly #address: string | undefined;

  /** `address`: on a loopback server, where from; every 127.0.0.x is another network to it. */
  constructor(server: string, address?: string) {
    this.#server = new URL(server);
    this.#address = address;
  }

  async call(path: string, call: Call = {}): Promise<Answer> {
    const { method, headers = {} } = call;
    const body = await encoded(call);
    const started = performance.now();
    const sent = {
      method: method ?? (body ? 'POST' : 'GET'),
      headers: {
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ') }
          : {}),
        ...(body ? { 'content-type': body.type, 'content-length': String(body.bytes.length) } : {}),
        ...headers,
      },
    };
    const { status, headers: received, text } = await this.#send(path, sent, body?.bytes);
    for (const cookie of received['set-cookie'] ?? []) this.#keep(cookie);
    return {
      status,
      headers: received,
      text,
      body: parsed(text),
      milliseconds: performance.now() - started,
    };
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';');
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const ended = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
    if (ended || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  #send(
    path: string,
    { method, headers }: { method: string; headers: Record<string, string> },
    bytes: Uint8Array | undefined,
  ): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
    return new Promise((done, failed) => {
      const local = this.#address === undefined ? {} : { localAddress: this.#address };
      const request = httpRequest(
        new URL(path, this.#server),
        { method, headers, ...local, timeout: 120_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', failed);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            done({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer within two minutes')));
      request.on('error', failed);
      request.end(bytes);
    });
  }
}

async function encoded({
  json,
  form,
  raw,
}: Pick<Call, 'json' | 'form' | 'raw'>): Promise<{ type: string; bytes: Uint8Array } | undefined> {
  if (json !== undefined) return { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) };
  if (raw) return raw;
  if (!form) return undefined;
  const response = new Response(form);
  const type = response.headers.get('content-type') ?? '';
  return { type, bytes: new Uint8Array(await response.arrayBuffer()) };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
