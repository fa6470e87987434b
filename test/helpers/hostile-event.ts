import fc from 'fast-check';
import type { HookEvent, Json, JsonObject } from '../../src/event.ts';

/** Texts that are markup to some receiver, or that break out of what they are put into. */
const HOSTILE = [
  '<!channel> <!here> <@U012345> <https://evil.example|click> &lt;!channel&gt; &',
  '@everyone @here <@123456789012345678> [click](https://evil.example)',
  '<users/all> <https://evil.example|click>',
  '```\n# out of the code\n```',
  '`code` **bold** _it_ ~gone~ ||spoiler||',
  '{{operation}} {{{json this}}} {{#each',
  '{vault://env/slack-url}',
  '"}],"event_action":"resolve","x":[{"',
  '\\" \\\\ \\u0000',
  'line\r\nline\u2028line\u0000\u001b[31m',
  '<at>everybody</at>',
  '‮right to left',
  '😀'.repeat(50),
  'é'.repeat(3_000),
  '&<>'.repeat(2_000),
  '\u0001'.repeat(5_000),
  '界'.repeat(30_000),
  '`'.repeat(2_000),
];
const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 20 }),
);
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const entity = fc.oneof(
  json,
  fc.record({ username: json, name: json, id: json, tags: json }, { requiredKeys: [] }),
);
const change = fc.record({ operation: json, entity, schema: json, old_entity: entity }, { requiredKeys: [] });
const data = fc.oneof(
  change,
  fc.dictionary(text, json, { maxKeys: 5, noNullPrototype: true }),
) as fc.Arbitrary<JsonObject>;
const name = fc.oneof(
  fc.constantFrom('crud', 'dao:crud', 'rate-limit-exceeded', 'invoice.paid', 'a'.repeat(200)),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,30}$/),
);
const id = fc.oneof(
  fc.uuid(),
  fc.constantFrom('界'.repeat(256), '"quoted" <b>', '😀'.repeat(128)),
  fc.string({ minLength: 1, maxLength: 256 }).filter((made) => made !== '.' && made !== '..'),
);
const time = fc
  .date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Any event that intake takes: with names and ids as long as they may be, and with data that means ill. */
export const hostileEvent: fc.Arbitrary<HookEvent> = fc.record({
  id,
  source: name,
  event: name,
  data,
  time,
  attributes: fc.constant(null),
});
