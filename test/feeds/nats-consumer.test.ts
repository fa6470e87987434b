import { type ConsumerConfig, type ConsumerInfo, JetStreamApiError } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { type ConsumerManager, findConsumer } from '../../src/feeds/nats-consumer.ts';
import { loadSource } from '../helpers/load-text.ts';

const NOT_FOUND = { code: 404, err_code: 10_014, description: 'consumer not found' };
const DUPLICATE = {
  code: 400,
  err_code: 10_136,
  description: 'consumer cannot have both FilterSubject and FilterSubjects specified',
};

/** The consumers of a stream as nats-server 2.10 has them, and the client that keeps what an update does not name. */
function createManager(): ConsumerManager {
  let kept: ConsumerConfig | null = null;
  const toInfo = (config: ConsumerConfig): ConsumerInfo =>
    ({ name: 'hookline', config }) as Partial<ConsumerInfo> as ConsumerInfo;
  /** Goes over the wire, where what is empty is not there. */
  async function keep(config: ConsumerConfig): Promise<ConsumerInfo> {
    if (config.filter_subject && config.filter_subjects?.length) throw new JetStreamApiError(DUPLICATE);
    const { filter_subject, filter_subjects, ...more } = config;
    const filter = filter_subject ? { filter_subject } : filter_subjects?.length ? { filter_subjects } : {};
    kept = { ...more, ...filter };
    return toInfo(kept);
  }
  async function find(): Promise<ConsumerInfo> {
    if (kept === null) throw new JetStreamApiError(NOT_FOUND);
    return toInfo({ ...kept });
  }
  return {
    streams: { find: async () => 'BILLING' },
    consumers: {
      info: find,
      add: (_stream, config) => keep(config as ConsumerConfig),
      update: async (_stream, _durable, change) => keep(Object.assign((await find()).config, change)),
    },
  };
}

async function filterOf(manager: ConsumerManager, subject: string): Promise<readonly unknown[]> {
  const nats = `{ servers: a, subject: ${subject}, durable: hookline }`;
  const source = loadSource(`kind: EventSource\nname: billing\nevents: { paid: {} }\nnats: ${nats}\n`);
  if (source.nats === null) throw new Error('Cannot find a consumer of no NATS');
  const { config } = (await findConsumer(manager, source.nats, 'hookline')).info;
  return [config.filter_subject, config.filter_subjects].filter((filter) => filter !== undefined);
}

describe('findConsumer()', () => {
  it.each([
    ['one that becomes several', 'a', '[b, c]', [['b', 'c']]],
    ['several that become one', '[a, b]', 'c', [['c']]],
    ['several that become others', '[a, b]', '[c, d]', [['c', 'd']]],
    ['one that becomes another', 'a', 'b', ['b']],
  ])('has a consumer follow %s', async (_what, before, after, filter) => {
    const manager = createManager();
    await filterOf(manager, before);
    expect(await filterOf(manager, after)).toEqual(filter);
    expect(await filterOf(manager, after)).toEqual(filter);
  });
});
