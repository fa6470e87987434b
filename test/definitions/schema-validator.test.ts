import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/definitions/problem.ts';
import { loadText, problemsOf, toBrief } from '../helpers/load-text.ts';

/** Problems as `place: message (hint)`. */
function said(text: string): readonly string[] {
  const toLine = (problem: Problem): string => {
    const { message, hint } = problem;
    return `${toBrief(problem)}: ${message}${hint === null ? '' : ` (${hint})`}`;
  };
  return loadText(text).problems.map(toLine);
}

/** A webhook-custom with some lines in its config. */
function custom(config: string): string {
  return `source: crud\nhandler: webhook-custom\nconfig:\n  method: POST\n  url: http://a/\n  ${config}\n`;
}

const WHAT_IS_DONE =
  '(What is done: webhook and webhook-custom send a request, log writes a line, lambda runs functions.)';

describe('validateHook()', () => {
  it('asks for a handler, and for nothing of config until it knows which', () => {
    expect(said('source: crud\nconfig: { bad: 1 }\n')).toEqual([
      '1:1 missing_key: Missing key "handler" (What is done: webhook and webhook-custom send a request, log writes a line, lambda runs functions.)',
    ]);
  });

  it('asks for a source', () => {
    expect(problemsOf('# a hook\nhandler: log\n')).toEqual(['2:1 missing_key']);
  });

  it.each([
    ['webhok', '(Did you mean "webhook"?)'],
    ['webhook_custom', '(Did you mean "webhook-custom"?)'],
    ['LOG', '(Did you mean "log"?)'],
    ['constructor', WHAT_IS_DONE],
    ['__proto__', WHAT_IS_DONE],
  ])('does not know handler %s', (handler, hint) => {
    expect(said(`source: crud\nhandler: ${handler}\n`)).toEqual([
      `2:10 unknown_handler handler: "handler" must be one of webhook, webhook-custom, log, lambda: got "${handler}" ${hint}`,
    ]);
  });

  it('does not know a handler that is no text', () => {
    expect(problemsOf('source: crud\nhandler: [log]\n')).toEqual(['2:10 wrong_type handler']);
  });

  it.each([
    ['webhook', 'config: { url: … }'],
    ['webhook-custom', 'config: { method: POST, url: … }, or config: { preset: slack }'],
    ['lambda', 'config: { functions: [ … ] }'],
  ])('asks for the config of %s and shows one', (handler, hint) => {
    expect(said(`source: crud\nhandler: ${handler}\n`)).toEqual([
      `1:1 missing_key: Missing key "config": handler "${handler}" needs it (${hint})`,
    ]);
  });

  it('needs no config for log and takes none', () => {
    expect(problemsOf('source: crud\nhandler: log\n')).toEqual([]);
    expect(problemsOf('source: crud\nhandler: log\nconfig: {}\n')).toEqual([]);
    expect(said('source: crud\nhandler: log\nconfig: { level: info }\n')).toEqual([
      '3:11 unknown_key config.level: Unknown key "level" in "config" (Nothing to set.)',
    ]);
  });

  it.each(['null', '[]', 'text', '7'])('refuses %s as config', (config) => {
    expect(problemsOf(`source: crud\nhandler: webhook\nconfig: ${config}\n`)).toEqual([
      '3:9 wrong_type config',
    ]);
  });

  it('names the key that was meant', () => {
    expect(said('source: crud\nhandler: log\nsnoze: 5\n')).toEqual([
      '3:1 unknown_key snoze: Unknown key "snoze" (Did you mean "snooze"?)',
    ]);
    expect(said(custom('heders: {}'))).toEqual([
      '6:3 unknown_key config.heders: Unknown key "heders" in "config" (Did you mean "headers"?)',
    ]);
  });

  it('lists the keys there are when none is near', () => {
    expect(said('source: crud\nhandler: lambda\nconfig: { functions: [f], x: y }\n')).toEqual([
      '3:27 unknown_key config.x: Unknown key "x" in "config" (Known: functions, language)',
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', '1'])('takes %s for an unknown key', (key) => {
    expect(problemsOf(`source: crud\nhandler: log\n${key}: 1\n`)).toEqual([`3:1 unknown_key ${key}`]);
  });

  it.each([
    ['source: 7', '"source" must be a string: got 7'],
    ['event: [a]', '"event" must be a string or null: got a list'],
    ['on_change: yes', '"on_change" must be true or false or null: got "yes"'],
    ['snooze: 1.5', '"snooze" must be an integer or null: got 1.5'],
    ['snooze: "60"', '"snooze" must be an integer or null: got "60"'],
    ['enabled: null', '"enabled" must be true or false: got null'],
    ['labels: [a]', '"labels" must be a map of keys and values: got a list'],
    ['labels: { a: {} }', '"labels.a" must be a string: got an empty map'],
    ['labels: { 0: 1 }', '"labels.0" must be a string: got 1'],
    ['labels: { "a/b~c": 1 }', '"labels.a/b~c" must be a string: got 1'],
    ['filter: { a: 1 }', '"filter" must be a string or null: got a map'],
    ['retry: 5', '"retry" must be a map of keys and values or null: got 5'],
    ['timeout: .5s', '"timeout" must be a number: got ".5s"'],
    ['concurrency: true', '"concurrency" must be an integer: got true'],
  ])('refuses the type of %s', (line, message) => {
    const [key = ''] = line.split(':');
    const text = `handler: log\n${line}\n${key === 'source' ? '' : 'source: crud\n'}`;
    expect(loadText(text).problems).toMatchObject([{ code: 'wrong_type', line: 2, message }]);
  });

  it('cuts a value that is long', () => {
    const { problems } = loadText(`source: crud\nhandler: log\nsnooze: ${'x'.repeat(500)}\n`);
    expect(problems[0]?.message).toBe(`"snooze" must be an integer or null: got "${'x'.repeat(59)}…`);
  });

  it.each([
    ['source: ""', 'source', '"source" must not be empty: got ""'],
    ['event: ""', 'event', '"event" must not be empty: got ""'],
    ['snooze: -1', 'snooze', '"snooze" must be 0 or more: got -1'],
    ['snooze: 31536001', 'snooze', '"snooze" must be 31536000 or less: got 31536001'],
    ['timeout: 0', 'timeout', '"timeout" must be more than 0: got 0'],
    ['timeout: 601', 'timeout', '"timeout" must be 600 or less: got 601'],
    ['concurrency: 0', 'concurrency', '"concurrency" must be 1 or more: got 0'],
    ['retry: { attempts: 0 }', 'retry.attempts', '"retry.attempts" must be 1 or more: got 0'],
    [
      'retry: { schedule: [] }',
      'retry.schedule',
      '"retry.schedule" must have at least 1 item: got an empty list',
    ],
    ['retry: { schedule: [1, -1] }', 'retry.schedule[1]', '"retry.schedule[1]" must be 0 or more: got -1'],
    ['retry: { jitter: 1.1 }', 'retry.jitter', '"retry.jitter" must be 1 or less: got 1.1'],
  ])('refuses the value of %s', (line, path, message) => {
    const text = `handler: log\n${line}\n${line.startsWith('source') ? '' : 'source: crud\n'}`;
    expect(loadText(text).problems).toMatchObject([{ code: 'bad_value', line: 2, path, message }]);
  });

  it.each([
    [
      '{ schedule: [1], initial: 2 }',
      '3:25 bad_value retry.initial',
      '"retry.initial" cannot stand beside "retry.schedule"',
    ],
    [
      '{ schedule: [1], max: 2 }',
      '3:25 bad_value retry.max',
      '"retry.max" cannot stand beside "retry.schedule"',
    ],
    ['{ factor: 2 }', '3:10 bad_value retry.factor', '"retry.factor" needs "retry.initial"'],
    ['{ max: 60 }', '3:10 bad_value retry.max', '"retry.max" needs "retry.initial"'],
  ])('refuses retry: %s', (retry, brief, message) => {
    const { problems } = loadText(`source: crud\nhandler: lgo\nretry: ${retry}\n`);
    expect(problems.map(toBrief)).toContain(brief);
    expect(problems.map((problem) => problem.message)).toContain(message);
  });

  it.each([
    '{ schedule: [1, 60] }',
    '{ initial: 1, factor: 2, max: 60 }',
    '{ schedule: [1], max: null }',
    'null',
  ])('takes retry: %s', (retry) => {
    expect(problemsOf(`source: crud\nhandler: log\nretry: ${retry}\n`)).toEqual([]);
  });

  it.each([
    'http://127.0.0.1:9000/',
    'https://hooks.slack.com/services/foo/bar/baz?x=1',
    'HTTP://EXAMPLE.COM',
    '"http://[::1]:80/"',
    '"{vault://env/slack-url}"',
    '"{vault://file/slack/url}"',
  ])('takes %s as a URL', (url) => {
    expect(problemsOf(`source: crud\nhandler: webhook\nconfig: { url: ${url} }\n`)).toEqual([]);
  });

  it.each([
    '""',
    'example.com',
    '/path',
    'ftp://a/',
    'file:///etc/passwd',
    '"https://"',
    '"http://{vault://env/a}"',
  ])('refuses %s as a URL', (url) => {
    const { problems } = loadText(`source: crud\nhandler: webhook\nconfig: { url: ${url} }\n`);
    expect(problems.map(toBrief)).toEqual(['3:16 bad_value config.url']);
    expect(problems[0]?.message).toContain('must be an http or https URL with a host, or a reference');
  });

  it('says what a missing key is for', () => {
    expect(said('source: crud\nhandler: webhook\nconfig: {}\n')).toEqual([
      '3:9 missing_key config: Missing key "url" in "config" (Where the request goes: http or https, or a reference such as {vault://env/slack-url}.)',
    ]);
  });

  it.each([
    ['get', 'Did you mean "GET"?'],
    ['Post', 'Did you mean "POST"?'],
    ['P0ST', 'HTTP method, in capitals.'],
    ['""', 'HTTP method, in capitals.'],
  ])('refuses method %s', (method, hint) => {
    const text = `source: crud\nhandler: webhook-custom\nconfig: { url: http://a/, method: ${method} }\n`;
    expect(said(text)).toEqual([
      `3:35 bad_value config.method: "config.method" must match ^[A-Z]+$: got "${method.replaceAll('"', '')}" (${hint})`,
    ]);
  });

  it('refuses a header name that HTTP does not have', () => {
    expect(said(custom('headers: { "x y": a, "x:": b, "": c }'))).toEqual([
      expect.stringContaining(
        '6:14 bad_value config.headers.x y: Cannot use "x y" as a name in "config.headers" (A header',
      ),
      expect.stringContaining('6:24 bad_value config.headers.x:: Cannot use "x:" as a name'),
      expect.stringContaining('6:33 bad_value config.headers.: Cannot use "" as a name'),
    ]);
  });

  it('refuses a header that is given in two cases', () => {
    expect(said(custom('headers: { Content-Type: a, x: b, content-type: c }'))).toEqual([
      '6:37 bad_value config.headers.content-type: Header "content-type" is given twice: as "Content-Type" too (Header names are the same in any case: keep one)',
    ]);
  });

  it('takes a payload of any shape that is a map', () => {
    expect(problemsOf(custom('payload: { a: [1, { b: null }], __proto__: { c: true } }'))).toEqual([]);
    expect(problemsOf(custom('payload: [1]'))).toEqual(['6:12 wrong_type config.payload']);
  });

  it.each([
    ['["", 7]', ['3:23 bad_value config.functions[0]', '3:27 wrong_type config.functions[1]']],
    ['f', ['3:22 wrong_type config.functions']],
  ])('refuses functions: %s', (functions, briefs) => {
    expect(problemsOf(`source: crud\nhandler: lambda\nconfig: { functions: ${functions} }\n`)).toEqual(
      briefs,
    );
  });

  it('knows two languages', () => {
    expect(said('source: crud\nhandler: lambda\nconfig: { functions: [f], language: luaa }\n')).toEqual([
      '3:37 bad_value config.language: "config.language" must be one of javascript, lua, null: got "luaa" (Did you mean "lua"?)',
    ]);
  });
});

describe('validateSource()', () => {
  it('asks for a name', () => {
    expect(problemsOf('kind: EventSource\n')).toEqual(['1:1 missing_key']);
  });

  it('finds everything wrong with events and their schemas at once', () => {
    const text = `kind: EventSource
name: bill ing
colour: red
events:
  "in voice": { fields: a, unique: [], schema: { type: strng } }
  paid:
    descripton: Paid
    schema: { properties: { a: { minimum: x } }, $ref: "#/$defs/nothing" }
  refunded: null
  lost:
    schema: { $ref: "#/$defs/nothing" }
`;
    expect(problemsOf(text)).toEqual([
      '2:7 bad_value name',
      '3:1 unknown_key colour',
      '5:3 bad_value events.in voice',
      '5:25 wrong_type events.in voice.fields',
      '5:36 bad_value events.in voice.unique',
      '5:56 schema_invalid events.in voice.schema.type',
      '7:5 unknown_key events.paid.descripton',
      '8:43 schema_invalid events.paid.schema.properties.a.minimum',
      '9:13 wrong_type events.refunded',
      '11:13 schema_invalid events.lost.schema',
    ]);
  });

  it.each([
    [
      '{ cron: "61 * * * *" }',
      '3:19 schedule_invalid schedule.cron: "schedule.cron" cannot be used: Invalid value for minute: 61 (cron: 0 7 * * MON-FRI is at seven on weekdays)',
    ],
    [
      '{ cron: "@daily", timezone: Berlin }',
      '3:39 schedule_invalid schedule.timezone: "schedule.timezone" cannot be used: no time zone "Berlin" is known (timezone: Europe/Berlin)',
    ],
    [
      '{ timezone: UTC }',
      expect.stringMatching(/^3:11 missing_key schedule: Missing key "cron" in "schedule" \(/),
    ],
    ['{ cron: 5 }', expect.stringMatching(/^3:19 wrong_type .* must be a string: got 5 \(Quote it/)],
  ])('says once what is wrong with the schedule %s', (schedule, line) => {
    expect(said(`kind: EventSource\nname: a\nschedule: ${schedule}\n`)).toEqual([line]);
  });

  it.each([
    [
      '{ verify: github }',
      '3:8 missing_key inlet: Missing key "secret" in "inlet": "verify: github" needs it (secret: "{vault://env/NAME}")',
    ],
    [
      '{ verify: none, secret: a }',
      '3:24 bad_value inlet.secret: "inlet.secret" verifies nothing beside "verify: none"',
    ],
    [
      '{ verify: slack, secret: a, header: b }',
      '3:36 bad_value inlet.header: "inlet.header" goes with "verify: hmac" and "verify: token" only',
    ],
    ['{ verify: none, event: "a:b" }', expect.stringMatching(/^3:31 bad_value inlet.event: /)],
    ['{ verify: nobody }', expect.stringMatching(/^3:18 bad_value inlet.verify: .* must be one of github, /)],
  ])('says once what is wrong with the inlet %s', (inlet, line) => {
    expect(said(`kind: EventSource\nname: a\ninlet: ${inlet}\n`)).toEqual([line]);
  });

  const beside = 'servers: a, subject: b';
  it.each([
    ['{ subject: b }', expect.stringMatching(/^3:7 missing_key nats: Missing key "servers" in "nats"/)],
    [
      `{ ${beside}, stream: S }`,
      '3:33 bad_value nats.stream: "nats.stream" goes with "nats.durable" only (durable: NAME makes it a consumer of JetStream)',
    ],
    [`{ ${beside}, deliver: new }`, expect.stringContaining('"nats.deliver" goes with "nats.durable" only')],
    [`{ ${beside}, durable: d, queue: q }`, expect.stringContaining('"nats.queue" is of core NATS')],
    [
      '{ servers: a, subject: ["x.>", "a.*", "a.b"] }',
      '3:21 bad_value nats.subject: "nats.subject" has "a.*" and "a.b", which have messages in common',
    ],
    ['{ servers: a, subject: [a.*.c, a.b.>] }', expect.stringContaining('"a.*.c" and "a.b.>"')],
    [
      `{ ${beside}, auth: { user: u, token: "{vault://env/t}" } }`,
      '3:33 bad_value nats.auth: "nats.auth" needs token, or user and password, or nkey, or creds: got token, user',
    ],
    [
      `{ ${beside}, auth: { token: hunter2 } }`,
      expect.stringMatching(/nats.auth.token.*must match.*got a string/),
    ],
    [`{ ${beside}, auth: {} }`, expect.stringContaining('got nothing')],
    [`{ ${beside}, tls: { cert: c } }`, expect.stringContaining('needs both of cert and key')],
    ['{ servers: "nats://jane:hunter2@a", subject: b }', expect.stringMatching(/"nats.servers" must match/)],
    ['{ servers: a, subject: "a..b" }', expect.stringMatching(/"nats.subject" must match/)],
    ['{ servers: a, subject: "a.>.b" }', expect.stringMatching(/"nats.subject" must match/)],
    [`{ ${beside}, event: "a:b" }`, expect.stringMatching(/"nats.event" must match/)],
  ])('says once what is wrong with NATS as in %s, and no secret', (nats, line) => {
    const lines = said(`kind: EventSource\nname: a\nnats: ${nats}\n`);
    expect(lines).toEqual([line]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('says of too many subjects of NATS that they are, and compares none', () => {
    const subjects = Array.from({ length: 20_000 }, (_, index) => `a${index}`);
    const startedAt = performance.now();
    const lines = said(`kind: EventSource\nname: a\nnats: { servers: a, subject: [${subjects}] }\n`);
    expect(lines).toEqual([expect.stringContaining('must have at most 100 items')]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each([
    '{ servers: a, subject: ["a.*.c", "a.b", "a.*.d.>", "b"] }',
    '{ servers: ["nats://a:4222", "tls://[::1]:4222", 127.0.0.1], subject: ">", queue: q }',
    `{ ${beside}, durable: d, stream: s, deliver: new, event: "subject:2", id: meta.id }`,
    `{ ${beside}, auth: { user: u, password: "{vault://env/p}" }, tls: { cert: c, key: "{vault://file/k}" } }`,
  ])('finds nothing wrong with NATS as in %s', (nats) => {
    expect(said(`kind: EventSource\nname: a\nnats: ${nats}\n`)).toEqual([]);
  });

  it('says what is wrong with a schema', () => {
    const text = 'kind: EventSource\nname: a\nevents: { b: { schema: { type: strng } } }\n';
    expect(said(text)).toEqual([
      '3:32 schema_invalid events.b.schema.type: "events.b.schema.type" is no JSON Schema: must be equal to one of the allowed values',
    ]);
  });
});

describe('what is said of a secret', () => {
  it.each([
    ['headers: { authorization: 123456789 }', '123456789', 'got a number'],
    ['secret: { value: hunter2 }', 'hunter2', 'got a map'],
    ['secret: 1234567', '1234567', 'got a number'],
    ['url: ftp://jane:hunter2@example.com/', 'hunter2', 'got "ftp://jane:*******@example.com/"'],
  ])('names what is wrong with %s without repeating it', (line, value, said) => {
    const url = line.startsWith('url') ? '' : ', url: "http://127.0.0.1/"';
    const text = `source: crud\nhandler: webhook\nconfig: { ${line}${url} }\n`;
    const { problems } = loadText(text);
    expect(problems.map(({ message }) => message).join('\n')).toContain(said);
    expect(JSON.stringify(problems)).not.toContain(value);
  });
});
