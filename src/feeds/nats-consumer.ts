import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { NatsDefinition } from '../definitions/event-source.ts';

/** A durable consumer of a stream, and where to find it. */
export interface FoundConsumer {
  readonly stream: string;
  readonly info: ConsumerInfo;
}

/** As much of a JetStreamManager as finds a consumer. */
export interface ConsumerManager {
  readonly streams: Pick<JetStreamManager['streams'], 'find'>;
  readonly consumers: Pick<JetStreamManager['consumers'], 'info' | 'add' | 'update'>;
}

/** How long the server waits for an acknowledgement, or the word that it is being worked on, before it sends a message again. */
const ACK_WAIT_MS = 30_000;
/** Messages that may be on their way or wait at once. */
const MAX_UNACKNOWLEDGED = 4_000;

/**
 * Finds the consumer a source declares, and creates it where it is not there. One that is there is used as whoever made it
 * wanted it, but that its subjects become those of the source. Throws when it is of another kind.
 */
export async function findConsumer(
  manager: ConsumerManager,
  nats: NatsDefinition,
  durable: string,
): Promise<FoundConsumer> {
  const subjects = [nats.subject].flat();
  const stream = nats.stream ?? (await manager.streams.find(subjects[0] ?? ''));
  const info = await findInfo(manager, stream, durable);
  if (info === null) {
    const config = { ...toConfig(durable, nats.deliver), ...toFilter(subjects, null) };
    return { stream, info: await manager.consumers.add(stream, config) };
  }
  checkKind(info);
  if (isSameFilter(info.config, subjects)) return { stream, info };
  return { stream, info: await manager.consumers.update(stream, durable, toFilter(subjects, info.config)) };
}

/**
 * A consumer has one subject or a list, never both, and an update leaves what it does not name: what was a list stays one,
 * and what becomes one has its subject taken away.
 */
function toFilter(subjects: readonly string[], before: ConsumerConfig | null): Partial<ConsumerConfig> {
  const isList = subjects.length > 1 || before?.filter_subjects !== undefined;
  return isList
    ? { filter_subject: '', filter_subjects: [...subjects] }
    : { filter_subject: subjects[0] ?? '' };
}

async function findInfo(
  manager: ConsumerManager,
  stream: string,
  durable: string,
): Promise<ConsumerInfo | null> {
  try {
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return null;
    throw error;
  }
}

function toConfig(durable: string, deliver: NatsDefinition['deliver']): Partial<ConsumerConfig> {
  return {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: deliver === 'new' ? DeliverPolicy.New : DeliverPolicy.All,
    ack_wait: nanos(ACK_WAIT_MS),
    max_ack_pending: MAX_UNACKNOWLEDGED,
  };
}

function checkKind({ name, config }: ConsumerInfo): void {
  if (config.deliver_subject !== undefined)
    throw new Error(`Cannot use consumer "${name}": it is a push consumer, name another as "nats.durable"`);
  if (config.ack_policy !== AckPolicy.Explicit)
    throw new Error(
      `Cannot use consumer "${name}": its ack_policy is "${config.ack_policy}", not "explicit"`,
    );
}

function isSameFilter(
  { filter_subject, filter_subjects }: ConsumerConfig,
  subjects: readonly string[],
): boolean {
  const filtered = filter_subjects ?? (filter_subject === undefined ? ['>'] : [filter_subject]);
  return filtered.toSorted().join(' ') === subjects.toSorted().join(' ');
}
