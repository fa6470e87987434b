import { systemClock } from '../../src/clock.ts';
import { type ApiParts, createApi } from '../../src/http/api.ts';
import { startServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/logger.ts';
import type { ReceiverSettings } from '../../src/source-settings.ts';
import { START } from './held-clock.ts';

/** The API with receivers of pushes and nothing behind them. */
export interface ReceiverServer extends AsyncDisposable {
  readonly url: string;
  /** What each look at sources was for. */
  readonly triggered: (readonly string[] | null)[];
  /** What was logged, a line each. */
  readonly log: readonly string[];
  /** Moves the time of its clock. */
  advance(ms: number): void;
}

/** Starts it on a free port. No other route than those of receivers works. */
export async function startReceiverServer(receivers: readonly ReceiverSettings[]): Promise<ReceiverServer> {
  const triggered: (readonly string[] | null)[] = [];
  const log: string[] = [];
  let now = START;
  const logger = createLogger('debug', { write: (line) => log.push(line) });
  const parts: Partial<ApiParts> = {
    identify: null,
    receivers,
    resolve: (text) => text,
    trigger: (sources) => triggered.push(sources),
    clock: { ...systemClock, now: () => now },
    logger,
  };
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await startServer({
    listen,
    tls: null,
    events: null,
    api: createApi(parts as ApiParts),
    logger,
  });
  return {
    url: server.url,
    triggered,
    log,
    advance(ms) {
      now += ms;
    },
    [Symbol.asyncDispose]: () => server.close(0),
  };
}
