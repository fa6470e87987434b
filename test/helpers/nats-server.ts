import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { NatsDefinition } from '../../src/definitions/event-source.ts';
import { connectNats } from '../../src/feeds/nats-connection.ts';
import { FEED_PARTS } from './feed-parts.ts';
import { createTempDir } from './temp-dir.ts';

/** nats-server(8) in a process of its own, with JetStream. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Ends it at once; what streams hold stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with more of a configuration when that is given. */
  start(config?: string): Promise<void>;
  /** Has it read another configuration while it runs. */
  reload(config: string): Promise<void>;
}

/** A message to publish. */
export interface Published {
  readonly subject: string;
  readonly data?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client that is no Hookline. */
export interface NatsClient extends AsyncDisposable {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Publishes to core NATS; resolves once the server has it. */
  publish(...messages: readonly Published[]): Promise<void>;
  /** Publishes to a stream; resolves once that has it. */
  store(...messages: readonly Published[]): Promise<void>;
}

/** Starts a server on a free port. `config` goes beside what says where it listens and keeps streams. */
export async function startNatsServer(
  config = '',
  { jetstream: isStreaming = true } = {},
): Promise<NatsServer> {
  const dir = createTempDir();
  let port = -1;
  let more = config;
  const streams = isStreaming ? `jetstream { store_dir: "${dir.path}/js" }` : '';
  const write = (): string => dir.write('nats.conf', `listen: "127.0.0.1:${port}"\n${streams}\n${more}\n`);
  async function run(): Promise<ChildProcess> {
    const server = spawn('nats-server', ['-c', write()], { stdio: ['ignore', 'ignore', 'pipe'] });
    port = Number(
      (await toSay(server, /Listening for client connections on \S+:(\d+).*Server is ready/s))[1],
    );
    return server;
  }
  let server = await run();
  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    kill,
    async start(changed = more) {
      await kill();
      more = changed;
      server = await run();
    },
    async reload(changed) {
      more = changed;
      write();
      const reloaded = toSay(server, /Reloaded server configuration/);
      server.kill('SIGHUP');
      await reloaded;
    },
    async [Symbol.asyncDispose]() {
      await kill();
      dir[Symbol.dispose]();
    },
  };
}

/** Resolves once a server has said this from now on; rejects with what it said when it ends. */
function toSay(server: ChildProcess, what: RegExp): Promise<RegExpMatchArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const match = said.match(what);
    if (match !== null) resolve(match);
  });
  server.once('error', reject);
  server.once('exit', () => reject(new Error(`nats-server has ended: ${said}`)));
  return promise;
}

/** Connects to a server. */
export async function connectClient(
  servers: string,
  more: Partial<Pick<NatsDefinition, 'auth' | 'tls'>> = {},
): Promise<NatsClient> {
  const connection = await connectNats(
    {
      servers,
      subject: [],
      durable: null,
      stream: null,
      deliver: 'all',
      queue: null,
      event: null,
      id: null,
      auth: null,
      tls: null,
      ...more,
    },
    { ...FEED_PARTS, source: 'a test', signal: new AbortController().signal },
  );
  const toOptions = ({ headers: named = {} }: Published) => {
    const list = headers();
    for (const [name, value] of Object.entries(named)) list.append(name, value);
    return { headers: list };
  };
  return {
    connection,
    manager: await jetstreamManager(connection, { checkAPI: false }),
    async publish(...messages) {
      for (const one of messages) connection.publish(one.subject, toText(one), toOptions(one));
      await connection.flush();
    },
    async store(...messages) {
      const js = jetstream(connection);
      await Promise.all(messages.map((one) => js.publish(one.subject, toText(one), toOptions(one))));
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

function toText({ data = '' }: Published): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}
