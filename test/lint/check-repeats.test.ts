import { describe, expect, it } from 'vitest';
import { toBrief } from '../helpers/load-text.ts';
import { briefsOf, prepareTexts, problemOf } from '../helpers/prepare-texts.ts';

/** A source with one event, and a hook on it. */
function texts(event: string, gates: string): Readonly<Record<string, string>> {
  return {
    'a.yaml': `kind: EventSource\nname: s\nevents:\n  e: ${event}\n`,
    'b.yaml': `source: s\nevent: e\nhandler: log\n${gates}`,
  };
}

async function briefsWith(event: string, gates = 'on_change: true\n'): Promise<readonly string[]> {
  return (await prepareTexts(texts(event, gates))).problems.map(toBrief);
}

/** A schedule, and a hook on all it emits. */
function scheduled(schedule: string, gates: string, events = '{}'): string {
  return `source: s\nname: h\nhandler: log\n${gates}\n---\nkind: EventSource\nname: s\nschedule: ${schedule}\nevents: ${events}\n`;
}

const UNCHANGED = '4:12 never_unchanged on_change';
const SNOOZED = '4:9 never_snoozed snooze';

describe('on_change of events that are never the same', () => {
  it('is warned of, with the field and where to mend it', async () => {
    const { problems } = await prepareTexts(
      texts('{ fields: [sensor, value, measured_at] }', 'on_change: true\n'),
    );
    expect(problems).toEqual([
      {
        code: 'never_unchanged',
        severity: 'warning',
        file: 'b.yaml',
        line: 4,
        column: 12,
        path: 'on_change',
        message: 'No two events have the same "measured_at": "on_change" stops none of them',
        hint: 'List what makes two events the same under "unique" of "e" (a.yaml:1), or remove "on_change"',
      },
    ]);
  });

  it.each([
    '{ fields: [order, timestamp] }',
    '{ fields: [order, eventTime] }',
    '{ fields: [order, request-id] }',
    '{ fields: [order, ts] }',
    '{ fields: [order, last_seen_at] }',
    '{ schema: { properties: { order: {}, sent_at: { type: string } } } }',
    '{ fields: [meta], schema: { properties: { meta: { properties: { event_id: { type: string } } } } } }',
    '{ schema: { properties: { date: { type: string, format: date-time } } } }',
    '{ fields: [order, time], unique: [order, time] }',
  ])('is warned of for %s', async (event) => {
    expect(await briefsWith(event)).toEqual([UNCHANGED]);
  });

  it.each([
    // Nobody says what the data has.
    '{}',
    '{ fields: [order, status] }',
    // Times of the thing, which stay the same when it is told of again.
    '{ fields: [order, created_at, updatedAt, due_at, expires] }',
    '{ fields: [id, customer_id, uuid] }',
    // A day, of which there may be two events.
    '{ fields: [total, date] }',
    '{ schema: { properties: { date: { type: string, format: date } } } }',
    '{ schema: { properties: { time: { const: noon } } } }',
    '{ schema: { properties: { id: { type: string, format: uuid }, at_home: {} } } }',
    '{ fields: [order, sent_at], unique: [order] }',
    // Somebody says that it is the parcel, or that what is sent again is the same.
    '{ fields: [delivery_id, status], unique: [delivery_id, status] }',
    '{ fields: [timeout, attempts, timezone, state, latest] }',
    '{ schema: { $ref: "#/$defs/a", $defs: { a: { properties: { time: {} } } } } }',
  ])('is fine for %s', async (event) => {
    expect(await briefsWith(event)).toEqual([]);
  });

  it('says that the snooze beside it stops none either', async () => {
    const both = texts('{ fields: [time] }', 'on_change: true\nsnooze: 60\n');
    const { problems } = await prepareTexts(both);
    expect(problems.map(({ message }) => message)).toEqual([
      'No two events have the same "time": "on_change" and "snooze" stop none of them',
    ]);
  });

  it('is nothing to a hook without it, or with a snooze alone', async () => {
    for (const gates of ['', 'on_change: false\n', 'snooze: 60\n'])
      expect(await briefsWith('{ fields: [time] }', gates)).toEqual([]);
  });

  it('is warned of for all events of a source, where it is so for each', async () => {
    const source = (events: string): string =>
      `source: s\nname: h\nhandler: log\non_change: true\n---\nkind: EventSource\nname: s\nevents: ${events}\n`;
    expect(await briefsOf(source('{ a: { fields: [ts] }, b: { fields: [x, now] } }'))).toEqual([UNCHANGED]);
    expect(await briefsOf(source('{ a: { fields: [ts] }, b: { fields: [x] } }'))).toEqual([]);
  });

  it('is warned of for ticks, unless something else makes two of them the same', async () => {
    const tick = await problemOf(scheduled('{ cron: "@daily" }', 'on_change: true'));
    expect(tick).toMatchObject({
      code: 'never_unchanged',
      message: 'No two events have the same "scheduled_at": "on_change" stops none of them',
      hint: 'Remove "on_change"; "snooze" without it mutes by time, whatever the data',
    });
    const unique = '{ tick: { unique: [missed] } }';
    expect(await briefsOf(scheduled('{ cron: "@daily" }', 'on_change: true', unique))).toEqual([]);
  });

  it('is warned of for deliveries that failed, each of which is another', async () => {
    const text = 'source: hookline\nevent: delivery-exhausted\nhandler: log\non_change: true\n';
    expect(await briefsOf(text)).toEqual([UNCHANGED]);
  });

  it.each([
    'source: crud\nevent: consumers\n',
    'source: dao:crud\n',
    'source: balancer\n',
    'source: rate-limiting-advanced\nevent: rate-limit-exceeded\n',
    'source: hookline\nevent: hook\n',
    'source: hookline\n',
  ])('is fine for %j', async (text) => {
    expect(await briefsOf(`${text}handler: log\non_change: true\nsnooze: 60\n`)).toEqual([]);
  });
});

describe('a snooze of ticks', () => {
  it('that are further apart is warned of', async () => {
    expect(await problemOf(scheduled('{ cron: "0 7 * * *", missed: skip }', 'snooze: 3600'))).toMatchObject({
      code: 'never_snoozed',
      severity: 'warning',
      message: 'The ticks of "s" are further apart than 3600 s: "snooze" mutes none of them',
      hint: 'Remove "snooze"',
    });
  });

  it.each([
    ['{ cron: "*/5 * * * *", missed: skip }', 'snooze: 60'],
    ['{ cron: "0 0 29 2 *", missed: skip }', 'snooze: 100000'],
    ['{ cron: "30 2 * * *", timezone: Europe/Berlin, missed: skip }', 'event: tick\nsnooze: 60'],
  ])('%s is warned of with %j', async (schedule, gates) => {
    const [brief] = await briefsOf(scheduled(schedule, gates));
    expect(brief).toContain('never_snoozed snooze');
  });

  it.each([
    ['that are nearer', '{ cron: "* * * * *", missed: skip }', 'snooze: 3600'],
    ['that are as far apart, and may be late', '{ cron: "* * * * *", missed: skip }', 'snooze: 60'],
    ['that are nearer once a week', '{ cron: "0 7,8 * * MON", missed: skip }', 'snooze: 7200'],
    // The one that is made up for comes at the start, and the next may be a minute later.
    ['of which a missed one is made up for', '{ cron: "0 7 * * *" }', 'snooze: 3600'],
    ['without a window', '{ cron: "0 7 * * *", missed: skip }', 'snooze: 0'],
  ])('%s is fine', async (_what, schedule, gates) => {
    expect(await briefsOf(scheduled(schedule, gates))).toEqual([]);
  });

  it('says nothing of a schedule that cannot be understood', async () => {
    const briefs = await briefsOf(
      scheduled('{ cron: "61 * * * *", missed: skip }', 'event: tick\nsnooze: 60'),
    );
    expect(briefs.filter((brief) => brief.includes('never_snoozed'))).toEqual([]);
    expect(briefs.some((brief) => brief.includes('schedule_invalid'))).toBe(true);
  });

  it('is fine where other events come too', async () => {
    const schedule = '{ cron: "0 7 * * *", missed: skip }';
    expect(await briefsOf(scheduled(schedule, 'snooze: 60', '{ other: {} }'))).toEqual([]);
    expect(await briefsOf(scheduled(schedule, 'event: other\nsnooze: 60', '{ other: {} }'))).toEqual([]);
    expect(await briefsOf(scheduled(schedule, 'event: tick\nsnooze: 60', '{ other: {} }'))).toEqual([
      SNOOZED.replace('4:', '5:'),
    ]);
  });
});
