import type { NatsConnection } from '@nats-io/transport-node';
import type { EventSource, NatsDefinition } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import type { Feed, FeedParts } from './feed.ts';
import { subscribeNats } from './nats-core.ts';
import { createNatsIntake } from './nats-intake.ts';
import type { NatsSession } from './nats-session.ts';

/** Waits between two sessions: each twice the one before, and the last one again and again. */
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 30_000;
/** After a session that lasted as long, waits begin anew. */
const STEADY_MS = 60_000;
/** How long a stop waits for a server to take the last acknowledgements. */
const GRACE_MS = 2_000;

/** What needs the client of NATS, of sixty modules: the first source loads it, not every start. */
async function loadClient() {
  const [{ connectNats }, { consumeNats }, { failureOf, toNatsProblem }] = await Promise.all([
    import('./nats-connection.ts'),
    import('./nats-jetstream.ts'),
    import('./nats-problem.ts'),
  ]);
  return { connectNats, consumeNats, failureOf, toNatsProblem };
}

type Client = Awaited<ReturnType<typeof loadClient>>;

/**
 * Takes in messages of NATS, in one session with a server after another for as long as the source is declared. Whatever
 * ends one, the next begins from nothing: secrets, names and the consumer are looked at anew, so that what was mended is
 * good at once.
 */
export function startNatsFeed(source: EventSource, nats: NatsDefinition, parts: FeedParts): Feed {
  const { clock, logger, secrets, judge } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const intake = createNatsIntake(source, nats, { ...parts, signal });
  let problem: string | null = 'not connected yet';

  async function run(): Promise<void> {
    let explain = toMessage;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const beganAt = clock.now();
      try {
        const client = await loadClient();
        explain = client.toNatsProblem;
        await attend(client);
      } catch (error) {
        note(secrets.redact(explain(error)));
      }
      if (clock.now() - beganAt >= STEADY_MS) failures = 0;
      await wait(Math.min(FIRST_WAIT_MS * 2 ** failures, LAST_WAIT_MS));
    }
    await intake.stop();
  }

  /** Takes messages until the feed is stopped; rejects with what ended it otherwise. */
  async function attend({ connectNats, consumeNats, failureOf }: Client): Promise<void> {
    const connection = await connectNats(nats, { source: source.name, secrets, judge, signal });
    try {
      const lost = failureOf(connection);
      const session = await orStopped(Promise.race([open(connection, consumeNats), lost]));
      if (session === undefined) return;
      note(null);
      await orStopped(Promise.race([session.ended, lost]));
      await inGrace(session.close());
      await intake.stop();
      await inGrace(connection.flush());
    } finally {
      await connection.close();
    }
  }

  function open(connection: NatsConnection, consumeNats: Client['consumeNats']): Promise<NatsSession> {
    const sessionParts = { source, nats, connection, offer: intake.offer, clock };
    return nats.durable === null ? subscribeNats(sessionParts) : consumeNats(sessionParts, nats.durable);
  }

  function note(found: string | null): void {
    if (found === problem || signal.aborted) return;
    problem = found;
    if (found === null) logger.info({ source: source.name }, 'takes messages of NATS');
    else logger.warn({ source: source.name, err: found }, 'cannot take messages of NATS, trying again');
  }

  async function wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(ms, resolve);
    await orStopped(promise);
    timer.cancel();
  }

  /** Resolves with what this comes to, or with nothing once the feed is stopped. */
  async function orStopped<T>(work: Promise<T>): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => resolve(undefined);
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
    try {
      return await Promise.race([work, promise]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** A server that is gone answers nothing more. */
  async function inGrace(work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(GRACE_MS, resolve);
    await Promise.race([work.catch(() => undefined), promise]);
    timer.cancel();
  }

  const running = run();
  return {
    state: () => ({
      source: source.name,
      kind: 'nats',
      problem: problem ?? intake.problem(),
      lastEventAt: intake.lastEventAt(),
    }),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
