/** A request that came to nothing: a problem document of the server, or no answer at all. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly status: number;
  readonly action: string | null;
  readonly requestId: string | null;
  /** Which of the recordings is meant, where it is one. */
  readonly take: { readonly kind: 'face' | 'voice'; readonly index: number } | null;
  /** After how many seconds the same request may find room; null where nothing says so. */
  readonly retryAfterSeconds: number | null;

  constructor(fault: {
    code: string;
    status: number;
    message: string;
    action?: string | null;
    requestId?: string | null;
    take?: Problem['take'];
    retryAfterSeconds?: number | null;
    cause?: unknown;
  }) {
    super(fault.message, { cause: fault.cause });
    this.code = fault.code;
    this.status = fault.status;
    this.action = fault.action ?? null;
    this.requestId = fault.requestId ?? null;
    this.take = fault.take ?? null;
    this.retryAfterSeconds = fault.retryAfterSeconds ?? null;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function takeOf({ modality, index }: Record<string, unknown>): Problem['take'] {
  const kind = modality === 'face' || modality === 'voice' ? modality : null;
  return kind && typeof index === 'number' ? { kind, index } : null;
}

export function problemFrom(status: number, body: unknown): Problem {
  const document: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  return new Problem({
    code: text(document.code) ?? (status >= 500 ? 'service_failed' : 'request_refused'),
    status,
    message: text(document.detail) ?? text(document.title) ?? `HTTP ${status}`,
    action: text(document.action),
    requestId: text(document.requestId),
    take: takeOf(document),
    retryAfterSeconds: typeof document.retryAfterSeconds === 'number' ? document.retryAfterSeconds : null,
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
