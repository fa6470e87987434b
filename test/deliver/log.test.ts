import { describe, expect, it } from 'vitest';
import { createLogHandler } from '../../src/deliver/log.ts';
import type { JsonObject } from '../../src/event.ts';
import { createLogger } from '../../src/logger.ts';
import { toLiveHook } from '../helpers/live-hook.ts';
import { CALL } from '../helpers/start-webhooks.ts';

async function log(data: JsonObject, event: string | null = 'some_event'): Promise<readonly unknown[]> {
  const lines: unknown[] = [];
  const handler = createLogHandler(createLogger('info', { write: (line) => lines.push(JSON.parse(line)) }));
  const hook = toLiveHook({ name: 'a-log', handler: 'log', config: {} });
  const result = await handler.run(hook, { ...CALL, data, event });
  expect(result).toEqual({ kind: 'success', durationMs: 0 });
  return lines;
}

describe('the handler log', () => {
  it('writes one line with event, source, data, hook and pid', async () => {
    expect(await log({ some: 'data' })).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        event: 'some_event',
        source: 'some_source',
        data: { some: 'data' },
        hook: 'a-log',
        pid: 7,
        msg: 'log callback',
      },
    ]);
  });

  it.each<JsonObject>([
    {},
    { nested: { list: [1, null, { a: 'b' }] } },
    { text: 'line\nbreak \u0000 \u2028 "quoted" 😀' },
    JSON.parse('{"__proto__":{"level":99},"msg":"theirs","err":{"stack":"theirs"},"toJSON":1}'),
  ])('succeeds whatever the data is: %j', async (data) => {
    const [line, ...more] = await log(data);
    expect(line).toMatchObject({ level: 30, msg: 'log callback' });
    expect(JSON.stringify((line as { data: unknown }).data)).toBe(JSON.stringify(data));
    expect(more).toEqual([]);
  });

  it('writes null for the event of a test of a hook for every event', async () => {
    expect(await log({}, null)).toMatchObject([{ event: null }]);
  });
});
