import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { atLeast, type Budget } from './budget.ts';
import { toRounds, toSeconds } from './effort.ts';
import { SOURCE } from './event-body.ts';
import { install } from './installation.ts';
import { describeFileSystem, describeMachine } from './machine.ts';
import { describeRatios, toMedian, toRange, toRatios } from './quantile.ts';
import { CONNECTIONS, type LoadEvent, runIntake } from './saturating-load.ts';
import { createWorkDirectory } from './work-directory.ts';

/**
 * Measures what is taken in durably of the same data in five ways, in turns: as an event, as an event that has a schema,
 * as a CloudEvent in structured and in binary mode, and by an inlet that verifies a signature. No hook matches.
 */
const ROUNDS = toRounds(5);
const ROUND_S = toSeconds(4);
const WARM_UP_S = toSeconds(3);
/** Makes an event some 500 bytes. */
const TEXT_LENGTH = 280;
const CLOUD_BUDGET = { limit: 0.8, unit: '×' };
const SCHEMA_BUDGET = { limit: 0.9, unit: '×' };

const SCHEMA = {
  type: 'object',
  required: ['text', 'kind', 'customer', 'lines'],
  additionalProperties: false,
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 1_000 },
    kind: { type: 'string', pattern: '^[a-z]+\\.[a-z]+$' },
    customer: {
      type: 'object',
      required: ['id', 'since'],
      properties: { id: { type: 'integer', minimum: 1 }, since: { type: 'string', format: 'date' } },
    },
    lines: {
      type: 'array',
      maxItems: 100,
      uniqueItems: true,
      items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } },
    },
  },
};
const DATA = {
  text: 'x'.repeat(TEXT_LENGTH),
  kind: 'invoice.paid',
  customer: { id: 7, since: '2026-01-31' },
  lines: [{ sku: 'a-1' }, { sku: 'b-2' }],
};
/** The generator puts another id in its place each time. */
const ID = '[<id>]';
const SECRET = 'hunter2';
/** The id is beside what is signed, which stays the same. */
const SIGNED = {
  'content-type': 'application/json',
  'x-event': 'plain',
  'x-id': ID,
  'x-signature': createHmac('sha256', SECRET).update(JSON.stringify(DATA)).digest('hex'),
};

const WAYS = ['plain', 'schema', 'structured', 'binary', 'inlet'] as const;
type Way = (typeof WAYS)[number];

await using stack = new AsyncDisposableStack();
const work = createWorkDirectory();
const { start } = await install(join(work, 'hookline'), {
  hooks: [],
  events: ['plain', 'schema'],
  schemas: { schema: SCHEMA },
  inlet: { verify: 'hmac', secret: SECRET, event: 'header:x-event', id: 'header:x-id' },
});
const { url, stop } = await start();
stack.defer(stop);

console.log(describeMachine());
console.log(
  `state on ${describeFileSystem(work)}; events of ${JSON.stringify(DATA).length} bytes of data, without a hook, over ${CONNECTIONS} connections; ${ROUNDS} rounds of ${ROUND_S} s each in turns`,
);
const perS: Readonly<Record<Way, number[]>> = {
  plain: [],
  schema: [],
  structured: [],
  binary: [],
  inlet: [],
};
for (const way of WAYS) await send(way, WARM_UP_S);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const way of WAYS) perS[way].push(await send(way, ROUND_S));
}
report();

/** Resolves to the events accepted per second. */
async function send(way: Way, duration: number): Promise<number> {
  const events = [toLoadEvent(way)];
  const { acceptedPerS } = await runIntake({ url, events, extent: { duration }, withIds: true });
  return acceptedPerS;
}

/** The same data each way. Each event says its id, since a CloudEvent must. */
function toLoadEvent(way: Way): LoadEvent {
  const attributes = { specversion: '1.0', id: ID, source: `/${SOURCE}`, type: 'plain' };
  switch (way) {
    case 'plain':
    case 'schema':
      return toLoad({ id: ID, source: SOURCE, event: way, data: DATA });
    case 'structured':
      return toLoad({ ...attributes, data: DATA }, { 'content-type': 'application/cloudevents+json' });
    case 'binary':
      return toLoad(DATA, { 'content-type': 'application/json', ...toHeaders(attributes) });
    case 'inlet':
      return { ...toLoad(DATA, SIGNED), path: `/in/${SOURCE}` };
  }
}

function toLoad(body: object, headers?: Readonly<Record<string, string>>): LoadEvent {
  return { body: JSON.stringify(body), deliveries: 0, ...(headers && { headers }) };
}

function toHeaders(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
}

function report(): void {
  for (const way of WAYS)
    console.log(`${way}: ${toMedian(perS[way]).toFixed(0)}/s, ${toRange(perS[way], 0)}`);
  reportRatios('schema', SCHEMA_BUDGET);
  reportRatios('structured', CLOUD_BUDGET);
  reportRatios('binary', CLOUD_BUDGET);
  reportRatios('inlet', CLOUD_BUDGET);
}

function reportRatios(way: Way, budget: Budget): void {
  const ratios = toRatios(perS[way], perS.plain);
  console.log(`${way} against plain: ${describeRatios(ratios)} ${atLeast(toMedian(ratios), budget)}`);
}
