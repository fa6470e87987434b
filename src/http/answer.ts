import type { ServerResponse } from 'node:http';
import type { Logger } from '../logger.ts';
import { toErrorAnswer } from './error-handler.ts';

/** An answer to be written without the framework. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes an answer whole. */
export function writeAnswer(
  res: ServerResponse,
  { status, contentType = 'application/json', headers = {}, body }: Answer,
): void {
  res.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
}

/** Writes the answer of anything thrown. */
export function writeError(res: ServerResponse, error: unknown, logger: Logger): void {
  const { status, headers, body } = toErrorAnswer(error, logger);
  writeAnswer(res, { status, headers, body: JSON.stringify(body) });
}
