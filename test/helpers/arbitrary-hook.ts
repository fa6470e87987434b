import fc from 'fast-check';
import { HEADER_VALUE } from '../../src/definitions/header-checks.ts';
import type { Json, JsonObject } from '../../src/event.ts';
import { PRESET_NAMES } from '../../src/presets/presets.ts';

/** Text as a person may write it, which YAML may have to quote: no half characters, which files cannot hold. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    'null',
    'yes',
    '~',
    '0777',
    '<<',
    '*a',
    '&a',
    '# x',
    'a: b',
    ' x ',
    '- a',
    '{{ a }}',
    '\n\n',
    '%',
  ),
);
/** A key that stands for no merge when nothing quotes it. */
const key = text.filter((value) => value !== '<<');
const line = text.filter((value) => value !== '');
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const payload = fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true });
/** Keys that presets have, over which it lies. */
const presetKey = fc.oneof(
  fc.constantFrom('text', 'blocks', 'payload', 'thread', 'threadKey', 'severity'),
  key,
);
const presetPayload = fc.dictionary(
  presetKey,
  fc.oneof(json, fc.dictionary(presetKey, json, { maxKeys: 3, noNullPrototype: true })),
  { maxKeys: 3, noNullPrototype: true },
);
const headerName = fc.constantFrom('content-type', 'X-Give-Me', 'authorization', '__proto__', 'constructor');
/** What HTTP can carry. */
const headerValue = text.filter((value) => HEADER_VALUE.test(value));
const headers = fc.dictionary(headerName, headerValue, { maxKeys: 3, noNullPrototype: true });
const url = fc.constantFrom(
  'http://127.0.0.1:9000/',
  'https://example.com/a?b=c#d',
  '{vault://env/slack-url}',
);
const request = { url, headers, secret: fc.option(line), ssl_verify: fc.boolean(), proxy: fc.option(url) };

const act = fc.oneof(
  fc.record({ handler: fc.constant('log'), config: fc.constant({}) }),
  fc.record({
    handler: fc.constant('webhook'),
    config: fc.record(
      { ...request, format: fc.constantFrom('kong', 'cloudevents', 'cloudevents-binary') },
      { requiredKeys: ['url'] },
    ),
  }),
  fc.record({
    handler: fc.constant('webhook-custom'),
    config: fc.record(
      {
        ...request,
        method: fc.constantFrom('GET', 'POST'),
        payload,
        body: fc.option(text),
        body_format: fc.boolean(),
      },
      { requiredKeys: ['url', 'method'] },
    ),
  }),
  fc.record({
    handler: fc.constant('lambda'),
    config: fc.record({ functions: fc.array(line, { minLength: 1, maxLength: 3 }) }),
  }),
);
const presetAct = fc.record({
  handler: fc.constant('webhook-custom'),
  config: fc.record(
    {
      ...request,
      preset: fc.constantFrom(...PRESET_NAMES),
      method: fc.constantFrom('GET', 'POST'),
      payload: fc.option(presetPayload),
      body: fc.option(text),
    },
    { requiredKeys: ['preset'] },
  ),
});
const identity = fc.record(
  {
    kind: fc.constant('EventHook'),
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,20}$/),
    id: fc.uuid(),
    description: fc.option(text),
    labels: fc.dictionary(key, text, { maxKeys: 3, noNullPrototype: true }),
    enabled: fc.boolean(),
    source: line,
    event: fc.option(line),
    on_change: fc.option(fc.boolean()),
    snooze: fc.option(fc.nat({ max: 86_400 })),
    filter: fc.option(line),
    timeout: fc.integer({ min: 1, max: 600 }),
    concurrency: fc.integer({ min: 1, max: 256 }),
    rate: fc.option(
      fc.record({
        limit: fc.integer({ min: 1, max: 1_000_000 }),
        per: fc.constantFrom('second', 'minute', 'hour'),
      }),
    ),
    ordered: fc.option(fc.constantFrom('id', 'order.id')),
  },
  { requiredKeys: ['name', 'source'] },
);

function shuffled(acts: fc.Arbitrary<object>): fc.Arbitrary<JsonObject> {
  return fc.tuple(identity, acts).chain(([common, handling]) => {
    const entries = Object.entries({ ...common, ...handling } as JsonObject);
    return fc.shuffledSubarray(entries, { minLength: entries.length }).map(Object.fromEntries<Json>);
  });
}

/** A hook that is right and says all that it is, with its keys in any order. */
export const arbitraryHook = shuffled(act);

/** A hook that is right and lies over a preset. */
export const arbitraryPresetHook = shuffled(presetAct);
