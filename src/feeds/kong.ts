import { type Timer, toTime } from '../clock.ts';
import type { KongDefinition } from '../definitions/event-source.ts';
import type { Incoming } from '../deliver/http-client.ts';
import { toMessage } from '../errors.ts';
import type { FedEvent, Feed, FeedParts } from './feed.ts';
import { createAdminApi } from './kong-admin.ts';
import { toChangeEvents, toHealthEvent } from './kong-events.ts';
import { type Look, lookAtGateway } from './kong-look.ts';
import { createLosses } from './kong-losses.ts';
import { type KongMemory, parseMemory, toEmptyMemory, toKept } from './kong-memory.ts';

/** Events that are taken in at once. */
const BATCH = 500;
/** The longest wait for a gateway that does not answer, unless its interval is longer. */
const MAX_WAIT_MS = 5 * 60_000;
/** Problems that are told. */
const MAX_TOLD = 3;

/** What a request ends with that is not made any more. */
const STOPPED: Incoming = { kind: 'error', reason: 'transport', message: 'the feed was stopped' };

/**
 * Looks at a gateway every so often and emits what changed: its entities as events of `crud` and `dao:crud`, the health of
 * its targets as `balancer` `health`. The first look only remembers. Events are durable before what was seen is kept, and
 * their ids are the same when they are told again, so that none is lost and none is taken twice.
 */
export function startKongFeed(
  source: string,
  definition: KongDefinition,
  { emit, memory: store, send, secrets, clock, logger }: FeedParts,
): Feed {
  const intervalMs = definition.interval * 1000;
  const losses = createLosses();
  let memory: KongMemory | null = null;
  let lastEventAt: number | null = null;
  let problem: string | null = null;
  /** Looks in a row of which nothing came. */
  let failures = 0;
  let timer: Timer | null = null;
  let stopped = false;
  /** What a stop waits for; a request that hangs is left alone, since nothing comes of it any more. */
  let keeping: Promise<void> = Promise.resolve();
  const api = createAdminApi(definition, {
    send: async (request) => (stopped ? STOPPED : send(request)),
    secrets,
  });

  async function look(): Promise<void> {
    memory ??= parseMemory(await store.load(), definition) ?? toEmptyMemory(definition);
    const seen = await lookAtGateway(definition, { api, memory, losses });
    if (stopped) return;
    keeping = keep(seen);
    await keeping;
    wait();
  }

  async function keep(seen: Look): Promise<void> {
    const refusal = seen.isNews ? await tell(seen) : null;
    failures = seen.answered && refusal === null ? 0 : failures + 1;
    const before = problem;
    problem = toProblem(refusal === null ? seen.problems : [refusal, ...seen.problems]);
    if (problem !== null && problem !== before)
      logger.warn({ source, err: problem }, 'cannot look at all of a gateway');
    if (problem === null && before !== null) logger.info({ source }, 'can look at all of a gateway again');
  }

  /** Why it could not be told, or not be kept that it was; null: it was. */
  async function tell(seen: Look): Promise<string | null> {
    try {
      await emitAll(seen);
      const next = { ...seen.memory, count: seen.memory.count + 1 };
      await store.save(toKept(next));
      memory = next;
      return null;
    } catch (error) {
      return toMessage(error);
    }
  }

  async function emitAll({ memory: known, changes, health }: Look): Promise<void> {
    const context = { source, memory: known, time: toTime(clock.now()) };
    const events = [
      ...changes.flatMap((change) => toChangeEvents(change, context)),
      ...health.map((change) => toHealthEvent(change, context)),
    ];
    for (let from = 0; from < events.length; from += BATCH) await emitSome(events.slice(from, from + BATCH));
  }

  async function emitSome(events: readonly FedEvent[]): Promise<void> {
    const refused = await emit(events);
    for (const { message: err } of refused)
      logger.error({ source, err }, 'a change of a gateway was refused');
    if (refused.length < events.length) lastEventAt = clock.now();
  }

  function wait(): void {
    if (stopped) return;
    const longestMs = Math.max(intervalMs, MAX_WAIT_MS);
    const waitMs = Math.min(intervalMs * 2 ** Math.max(0, failures - 1), longestMs);
    timer = clock.setTimer(waitMs, () => void look());
  }

  void look();
  return {
    state: () => ({ source, kind: 'kong', problem, lastEventAt }),
    async stop() {
      stopped = true;
      timer?.cancel();
      await keeping;
    },
  };
}

function toProblem(problems: readonly string[]): string | null {
  if (problems.length === 0) return null;
  const more = problems.length > MAX_TOLD ? [`and ${problems.length - MAX_TOLD} more`] : [];
  return [...problems.slice(0, MAX_TOLD), ...more].join('; ');
}
