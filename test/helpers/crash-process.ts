import type { Json } from '../../src/event.ts';
import { type RunningCommand, startCommand } from './process.ts';

/** A server in a process of its own. */
export interface ServerProcess extends RunningCommand {
  readonly url: string;
  get(path: string): Promise<ServerAnswer>;
  post(path: string, body: Json): Promise<ServerAnswer>;
}

/** An answer with its body as JSON. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What a server is started over: both outlive it. */
export interface ServerProcessOptions {
  readonly hooks: string;
  readonly state: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What has a server do soon what it does every ten seconds, or within ten seconds. */
export const HURRIED = { NODE_OPTIONS: `--import ${new URL('./crash-hurry.ts', import.meta.url).href}` };

/** Starts a server on a free port and waits until it listens. */
export async function startServerProcess({
  hooks,
  state,
  env = {},
}: ServerProcessOptions): Promise<ServerProcess> {
  const args = ['serve', hooks, '--state', state, '--listen', '127.0.0.1:0', '--log-level', 'error'];
  // Receivers count what they get, and a ping is no delivery.
  const quiet = { HOOKLINE_RECONCILE_PING_ON_CHANGE: 'false', ...env };
  const command = startCommand([...args, '--settings', '/dev/null'], { env: quiet });
  const [, url = ''] = await command.printed(/serves .* on (http:\S+)/);
  const ask = async (path: string, init: RequestInit = {}): Promise<ServerAnswer> => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    ...command,
    url,
    get: (path) => ask(path),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}
