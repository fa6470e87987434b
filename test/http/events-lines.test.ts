import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import { systemClock } from '../../src/clock.ts';
import { HooklineError } from '../../src/errors.ts';
import type { Json } from '../../src/event.ts';
import { answerLines } from '../../src/http/events-lines.ts';
import { createLogger } from '../../src/logger.ts';
import { createCounters } from '../../src/record/counters.ts';
import { createRegistry, type LiveSnapshot } from '../../src/registry/registry.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const EVENT = { source: 'crud', event: 'consumers', data: { operation: 'create' } };
const NDJSON = 'application/x-ndjson';

let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ 'log.yaml': 'source: crud\nevent: consumers\nhandler: log\n' });
});
afterAll(() => app[Symbol.asyncDispose]());

interface LinesAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly lines: readonly unknown[];
}

async function postLines(text: string | Uint8Array, type = NDJSON): Promise<LinesAnswer> {
  const { status, headers, body } = await app.post('/events', text, { 'content-type': type });
  const lines = String(body).split('\n').slice(0, -1);
  return { status, type: headers.get('content-type'), lines: lines.map((line) => JSON.parse(line) as Json) };
}

const toLine = (id: string): string => JSON.stringify({ ...EVENT, id });

describe('POST /events with NDJSON', () => {
  it.each([
    ['LF', '\n', ''],
    ['LF at the end too', '\n', '\n'],
    ['CRLF', '\r\n', '\r\n'],
    ['blank lines between', '\n \t\r\n\n', '\n          \n'],
  ])('answers a line for each line, separated by %s', async (name, separator, end) => {
    const ids = [`${name}-a`, `${name}-b`];
    const { status, type, lines } = await postLines(ids.map(toLine).join(separator) + end);
    expect({ status, type }).toEqual({ status: 202, type: NDJSON });
    expect(lines).toMatchObject(ids.map((id) => ({ id, hooks: [{ hook: 'log' }], stopped: [] })));
  });

  it.each([NDJSON, 'application/ndjson', 'application/jsonl; charset=utf-8'])('reads %s', async (type) => {
    expect(await postLines(JSON.stringify(EVENT), type)).toMatchObject({ status: 202, lines: [{}] });
  });

  it.each(['', '\n', '\r\n \r\n'])('takes the body %j as no events', async (text) => {
    expect(await postLines(text)).toEqual({ status: 202, type: NDJSON, lines: [] });
  });

  it('answers 207 when some are refused, with the number of each line that was', async () => {
    const text = [
      toLine('mixed-a'),
      '',
      '{"half',
      JSON.stringify({ ...EVENT, source: 'crd' }),
      `[${toLine('in-an-array')}]`,
      '\u00a0',
      toLine('mixed-b'),
    ].join('\n');
    const { status, lines } = await postLines(text);
    expect(status).toBe(207);
    expect(lines).toMatchObject([
      { id: 'mixed-a' },
      { line: 3, message: 'Cannot parse JSON body: column 2: a string has no end' },
      { line: 4, message: "source 'crd' is not registered", hint: 'Did you mean "crud"?' },
      { line: 5, message: 'An event must be an object {source, event, data}: got an array' },
      { line: 6, message: 'Cannot parse JSON body: column 1: expected a value, got "\u00a0"' },
      { id: 'mixed-b' },
    ]);
    expect((await app.get('/events/in-an-array')).status).toBe(404);
    expect((await app.get('/events/mixed-b')).status).toBe(200);
  });

  it('refuses the line that is no UTF-8 and no other', async () => {
    const bytes = Buffer.concat([Buffer.from('"\xff"\n', 'latin1'), Buffer.from(toLine('utf-8'))]);
    expect(await postLines(bytes)).toMatchObject({
      status: 207,
      lines: [
        { line: 1, message: 'Cannot parse JSON body: it is not UTF-8 from byte 2 on' },
        { id: 'utf-8' },
      ],
    });
  });

  it('refuses the line that is too large and no other', async () => {
    const large = JSON.stringify({ ...EVENT, data: { x: 'x'.repeat(1_100_000) } });
    expect(await postLines(`${large}\n${toLine('small')}`)).toMatchObject({
      status: 207,
      lines: [{ line: 1, message: 'An event may have at most 1048576 bytes' }, { id: 'small' }],
    });
  });

  it('refuses a body with more lines than events fit into one', async () => {
    expect(await app.post('/events', '1\n'.repeat(500_000), { 'content-type': NDJSON })).toMatchObject({
      status: 413,
      body: { message: 'A body may have at most 500000 lines' },
    });
  });

  it('takes thousands of lines, in order', async () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => `n-${n}`);
    const { status, lines } = await postLines(ids.map(toLine).join('\n'));
    expect(status).toBe(202);
    expect(lines.map((line) => (line as { id: string }).id)).toEqual(ids);
    expect((await app.get('/events/n-4999')).status).toBe(200);
  });
});

describe('answerLines() when the journal fails on the way', () => {
  const catalogue = { sources: BUILT_IN };
  const snapshot = { revision: 'r', hooks: [], catalogue, index: {} } as unknown as LiveSnapshot;

  /** Parts with a pipeline that takes this many groups of lines and then no more. */
  function toParts(groups: number): Parameters<typeof answerLines>[0] {
    let left = groups;
    return {
      registry: createRegistry(),
      counters: createCounters(),
      clock: systemClock,
      identify: null,
      logger: createLogger('silent'),
      pipeline: async (events) => {
        left -= 1;
        if (left < 0) throw new HooklineError('unavailable', 'The journal is closed');
        return events.map(() => ({ kind: 'accepted', deliveries: [], stops: [], size: 0 }));
      },
    };
  }

  const lines = Buffer.from(Array.from({ length: 2_500 }, (_, n) => toLine(`f-${n}`)).join('\n'));

  it('answers what was accepted before, and says of each other line that it was not', async () => {
    const { status, body } = await answerLines(toParts(1), {
      bytes: lines,
      snapshot,
      key: null,
      sender: null,
      trace: null,
    });
    const answers = body.trim().split('\n');
    expect(status).toBe(207);
    expect(answers).toHaveLength(2_500);
    expect(JSON.parse(answers[999] ?? '')).toMatchObject({ id: 'f-999' });
    expect(JSON.parse(answers[1_000] ?? '')).toEqual({ line: 1_001, message: 'The journal is closed' });
    expect(JSON.parse(answers[2_499] ?? '')).toEqual({ line: 2_500, message: 'The journal is closed' });
  });

  it('fails as a whole when nothing was accepted', async () => {
    await expect(
      answerLines(toParts(0), { bytes: lines, snapshot, key: null, sender: null, trace: null }),
    ).rejects.toThrow('The journal is closed');
  });
});
