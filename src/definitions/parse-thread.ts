import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ParsedText } from './yaml-documents.ts';

/** A thread that parses texts. One list at a time. */
export interface ParseThread extends AsyncDisposable {
  /** What the texts say, in their order. Rejects when the thread fails; it is of no use from then on. */
  parse(texts: readonly string[]): Promise<readonly ParsedText[]>;
}

/** Starts a thread that parses. Throws when none can be started. */
export function startParseThread(): ParseThread {
  // The same extension as this file: .ts when run from source, .js when run from the package.
  const worker = new Worker(new URL(`./parse-worker${extname(import.meta.url)}`, import.meta.url));
  const ended = Promise.withResolvers<never>();
  // Who does not parse does not mind.
  ended.promise.catch(() => {});
  worker.on('error', ended.reject);
  worker.on('exit', () => ended.reject(new Error('its thread ended')));
  return {
    parse(texts) {
      const answer = Promise.withResolvers<readonly ParsedText[]>();
      worker.once('message', answer.resolve);
      worker.postMessage(texts);
      return Promise.race([answer.promise, ended.promise]);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
