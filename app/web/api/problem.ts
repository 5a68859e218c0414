/** A request that came to nothing: a problem document of the server, or no answer at all. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly status: number;
  readonly action: string | null;
  readonly requestId: string | null;

  constructor(fault: {
    code: string;
    status: number;
    message: string;
    action?: string | null;
    requestId?: string | null;
    cause?: unknown;
  }) {
    super(fault.message, { cause: fault.cause });
    this.code = fault.code;
    this.status = fault.status;
    this.action = fault.action ?? null;
    this.requestId = fault.requestId ?? null;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function problemFrom(status: number, body: unknown): Problem {
  const document: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  return new Problem({
    code: text(document.code) ?? (status >= 500 ? 'service_failed' : 'request_refused'),
    status,
    message: text(document.detail) ?? text(document.title) ?? `HTTP ${status}`,
    action: text(document.action),
    requestId: text(document.requestId),
  });
}

export function unreachable(cause: unknown): Problem {
  return new Problem({
    code: 'service_unreachable',
    status: 0,
    message: 'The service does not answer.',
    cause,
  });
}
