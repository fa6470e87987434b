/**
 * The closed list of things that can go wrong in Hookline as a whole. What can go wrong in a definition is a
 * `Problem` (definitions/problem.ts), what can go wrong in a delivery is a `HandlerResult` (deliver/handler.ts).
 */
export type ErrorCode =
  | 'usage'
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'misdirected_host'
  | 'too_many_requests'
  | 'unavailable'
  | 'directory_unreadable'
  | 'address_in_use'
  | 'state_locked'
  | 'state_unusable'
  | 'server_unreachable'
  | 'not_comparable'
  | 'handler_failed'
  | 'internal';

/** What each code means to an HTTP client (status) and to a shell (exit code: 1 the thing is wrong, 2 usage). */
export const ERROR_CODES: Readonly<Record<ErrorCode, { readonly status: number; readonly exit: 1 | 2 }>> = {
  usage: { status: 400, exit: 2 },
  bad_request: { status: 400, exit: 1 },
  unauthorized: { status: 401, exit: 1 },
  forbidden: { status: 403, exit: 1 },
  payload_too_large: { status: 413, exit: 1 },
  unsupported_media_type: { status: 415, exit: 1 },
  unprocessable: { status: 422, exit: 1 },
  not_found: { status: 404, exit: 1 },
  method_not_allowed: { status: 405, exit: 1 },
  conflict: { status: 409, exit: 1 },
  misdirected_host: { status: 421, exit: 1 },
  too_many_requests: { status: 429, exit: 1 },
  unavailable: { status: 503, exit: 1 },
  directory_unreadable: { status: 500, exit: 1 },
  address_in_use: { status: 500, exit: 1 },
  state_locked: { status: 500, exit: 1 },
  state_unusable: { status: 500, exit: 1 },
  server_unreachable: { status: 502, exit: 1 },
  not_comparable: { status: 500, exit: 2 },
  handler_failed: { status: 500, exit: 1 },
  internal: { status: 500, exit: 1 },
};

/** An error with a code from the closed list. Its message is safe to show to a caller: no stack, no secret. */
export class HooklineError extends Error {
  override readonly name = 'HooklineError';
  readonly code: ErrorCode;
  /** More for the caller, merged into the JSON body of an HTTP answer beside `message`. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Headers of that answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      cause?: unknown;
      detail?: Readonly<Record<string, unknown>>;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The text of anything that was thrown, an Error or not. */
export function toMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
