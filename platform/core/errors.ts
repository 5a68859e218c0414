/** What kind of fault a {@link UserError} reports; borders (HTTP, command line) map it to their own codes. */
export type FaultKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'too-many'
  | 'unavailable';

/** The HTTP status of each kind of fault. */
export const statusOfFaultKind = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'too-many': 429,
  unavailable: 503,
} as const satisfies Record<FaultKind, number>;

/** The kind of fault that an HTTP status stands for; a status that is not here says too little. */
export const faultKindOfStatus: Readonly<Record<number, FaultKind>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  429: 'too-many',
  502: 'unavailable',
  503: 'unavailable',
};

/**
 * The caller can mend this: the message says what was wrong, `action` what to do next.
 * `code` is stable (snake_case); clients and translations rely on it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly kind: FaultKind;
  readonly code: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(fault: {
    kind: FaultKind;
    code: string;
    message: string;
    action: string;
    details?: Readonly<Record<string, unknown>>;
    cause?: unknown;
  }) {
    super(fault.message, { cause: fault.cause });
    this.kind = fault.kind;
    this.code = fault.code;
    this.action = fault.action;
    this.details = fault.details ?? {};
  }
}

/** The system broke a promise of its own (a corrupted blob, an impossible state). Nobody outside can mend it. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Makes an exhaustive `switch` fail to compile when a case is missing. */
export function unreachable(value: never): never {
  throw new SystemError(`unexpected value: ${JSON.stringify(value)}`);
}
