import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ERROR_CODES, HooklineError, toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** An answer to a request that went wrong. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly message: string };
}

/** Seconds after which a client may try again what the journal could not take. */
const RETRY_AFTER_S = '1';

/** Makes the answer of anything thrown. What is not Hookline's own is logged and answered without its text. */
export function toErrorAnswer(error: unknown, logger: Logger): ErrorAnswer {
  const known = error instanceof HooklineError ? error : fromFramework(error);
  if (known === null) {
    logger.error(
      { err: toMessage(error), stack: error instanceof Error ? error.stack : undefined },
      'unexpected error',
    );
    return { status: 500, headers: {}, body: { message: 'An unexpected error occurred' } };
  }
  const headers = known.code === 'unavailable' ? { 'retry-after': RETRY_AFTER_S } : known.headers;
  return {
    status: ERROR_CODES[known.code].status,
    headers,
    body: { message: known.message, ...known.detail },
  };
}

/** Errors of the framework say what the client did wrong through a 4xx status. Bodies are not read by it. */
function fromFramework(error: unknown): HooklineError | null {
  const { status } = (error ?? {}) as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HooklineError('bad_request', `Cannot read the request: ${toMessage(error)}`);
  return null;
}

/** The one error handler of the API. */
export function createErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error, _req, res, next) => {
    if (res.headersSent) return next(error);
    const { status, headers, body } = toErrorAnswer(error, logger);
    res.status(status).set(headers).json(body);
  };
}

/** Answers what no route took. */
export const answerNotFound: RequestHandler = () => {
  throw new HooklineError('not_found', 'Not found');
};
