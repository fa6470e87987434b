import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher as UndiciDispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Incoming, TransportReason } from './http-client.ts';
import { toTransportReason } from './transport-reason.ts';

/** Bytes of an answer that are read before the connection is dropped. */
const MAX_READ_BYTES = 64 * 1024;
/** Bytes of an answer that are kept. */
const MAX_KEPT_BYTES = 4 * 1024;

/** One request and its answer under way. */
export interface Exchange {
  /** What undici tells about it. */
  readonly handler: UndiciDispatcher.DispatchHandler;
  readonly incoming: Promise<Incoming>;
  /** Ends it without an answer. */
  fail(reason: TransportReason, message: string): void;
}

/** What an exchange is started with. */
interface ExchangeParts {
  readonly timeoutMs: number;
  /** Bytes of the answer that are read and kept; null: as many as of a receiver's. */
  readonly maxBytes: number | null;
  readonly clock: Clock;
  /** Called when it has a connection, and when it ends: from then on it waits for none. */
  readonly onConnected: () => void;
}

/** Starts the time of an exchange and makes the handler that follows it to its end. */
export function startExchange({ timeoutMs, maxBytes, clock, onConnected }: ExchangeParts): Exchange {
  const { promise: incoming, resolve } = Promise.withResolvers<Incoming>();
  let controller: UndiciDispatcher.DispatchController | null = null;
  let ended = false;
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  let readBytes = 0;
  const maxKeptBytes = maxBytes ?? MAX_KEPT_BYTES;
  let maxReadBytes = maxBytes ?? MAX_READ_BYTES;
  const kept: Buffer[] = [];

  const timer = clock.setTimer(timeoutMs, () => {
    fail('timeout', `timed out after ${timeoutMs} ms`);
    controller?.abort(new Error('timed out'));
  });

  function end(result: Incoming): void {
    if (ended) return;
    ended = true;
    timer.cancel();
    onConnected();
    resolve(result);
  }

  function fail(reason: TransportReason, message: string): void {
    end({ kind: 'error', reason, message });
  }

  function answer(cutOff: boolean): void {
    end({ kind: 'answer', status, headers: toHeaders(headers), body: toText(kept), cutOff });
  }

  const handler: UndiciDispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      onConnected();
      // The time may have run out while the request waited for a connection.
      if (ended) started.abort(new Error('timed out'));
    },
    onResponseStart(_controller, statusCode, responseHeaders) {
      status = statusCode;
      headers = responseHeaders;
      // The connection is lost to an answer that is too long: the sooner, the less of it comes.
      if (Number(headers['content-length']) > maxReadBytes) maxReadBytes = MAX_KEPT_BYTES;
    },
    onResponseData(current, chunk) {
      if (readBytes < maxKeptBytes) kept.push(Buffer.from(chunk.subarray(0, maxKeptBytes - readBytes)));
      readBytes += chunk.length;
      if (readBytes <= maxReadBytes) return;
      answer(true);
      current.abort(new Error('the answer is longer than what is read of one'));
    },
    onResponseEnd: () => answer(false),
    onResponseError(_controller, error) {
      fail(toTransportReason(error), describe(error));
    },
  };
  return { handler, incoming, fail };
}

/** undici's and Node's errors keep what matters in the code, or in several errors below. */
function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const inner = error instanceof AggregateError ? (error.errors[0] as Error | undefined)?.message : undefined;
  const message = error.message || inner || 'the connection failed';
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

function toHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return Object.fromEntries(entries);
}

/** What was kept, without a character that was cut in two. */
function toText(kept: readonly Buffer[]): string {
  if (kept.length === 0) return '';
  return new TextDecoder().decode(Buffer.concat(kept), { stream: true });
}
