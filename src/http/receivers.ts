import { Router } from 'express';
import type { Clock } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ReceiverSettings } from '../source-settings.ts';
import { isGenuine, toPushId, toSubject } from './push-signatures.ts';

/** What receivers of pushes work with. */
export interface ReceiversParts {
  readonly receivers: readonly ReceiverSettings[];
  /** The value of a reference, or the text itself. Throws SecretError. */
  readonly resolve: (text: string) => string;
  /** Has sources looked at now; null: all of them. */
  readonly trigger: (sources: readonly string[] | null) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pushes that are remembered, and for how long: one that is sent again later than that has sources looked at once more. */
const MAX_SEEN = 10_000;
const SEEN_MS = 24 * 3_600_000;

/**
 * POST /receivers/{name}. A push only says that there is something to look at: nothing in its body is parsed, and the
 * settings alone say what is looked at.
 */
export function createReceiversRouter(parts: ReceiversParts): Router {
  const { receivers, trigger, logger } = parts;
  const isNew = createMemory(parts.clock);
  const router = Router();
  router.post('/receivers/:name', (req, res) => {
    const receiver = receivers.find(({ name }) => name === req.params.name);
    if (receiver === undefined) throw new HooklineError('not_found', 'Not found');
    const { name, type, sources } = receiver;
    const push = { headers: req.headers, body: Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0) };
    if (!isGenuine(type, push, toSecret(receiver, parts))) {
      logger.warn({ receiver: name }, 'refused a push whose signature is wrong');
      throw new HooklineError('unauthorized', 'The signature is wrong or missing');
    }
    const subject = toSubject(type, push);
    if (subject !== 'change') {
      res.json({ message: subject === 'hello' ? 'Hello' : 'Ignored: it is no push', sources: [] });
      return;
    }
    const id = toPushId(type, push);
    if (id !== null && !isNew(`${name} ${id}`)) {
      res.json({ message: 'Seen before', sources: [] });
      return;
    }
    trigger(sources);
    res.status(202).json({ message: 'Looking for changes', sources });
  });
  return router;
}

/** Throws `unavailable`: the push is sent again by whoever sent it. Anyone could sign with an empty secret. */
function toSecret({ name, secret }: ReceiverSettings, { resolve, logger }: ReceiversParts): string {
  try {
    const value = resolve(secret);
    if (value === '') throw new Error('the secret is empty');
    return value;
  } catch (cause) {
    logger.error({ receiver: name, err: toMessage(cause) }, 'cannot verify a push');
    throw new HooklineError('unavailable', 'Cannot verify the push now', { cause });
  }
}

/** Remembers what it was asked of; true when it was not asked of before. The oldest are forgotten first. */
function createMemory(clock: Clock): (id: string) => boolean {
  const seenAt = new Map<string, number>();
  return (id) => {
    const now = clock.now();
    const before = seenAt.get(id);
    if (before !== undefined && now - before < SEEN_MS) return false;
    seenAt.delete(id);
    seenAt.set(id, now);
    const [oldest] = seenAt.keys();
    if (seenAt.size > MAX_SEEN && oldest !== undefined) seenAt.delete(oldest);
    return true;
  };
}
