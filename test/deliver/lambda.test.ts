import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../src/definitions/definition.ts';
import type { HandlerCall, HandlerResult } from '../../src/deliver/handler.ts';
import { createLambdaHandler } from '../../src/deliver/lambda.ts';
import { createLogger } from '../../src/logger.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';
import { createHeldClock } from '../helpers/held-clock.ts';
import { toLiveHook } from '../helpers/live-hook.ts';
import { lua } from '../helpers/run-functions.ts';
import { CALL } from '../helpers/start-webhooks.ts';

const sandbox = createSandbox({ threads: 1 });
const lines: object[] = [];
const handler = createLambdaHandler({
  sandbox,
  logger: createLogger('info', { write: (line) => lines.push(JSON.parse(line)) }),
  clock: createHeldClock(),
});

interface Lambda {
  readonly name?: string;
  readonly language?: Language;
  readonly functions: readonly string[];
}

function run(
  { name = 'a-lambda', language = 'lua', functions }: Lambda,
  call: Partial<HandlerCall> = {},
): Promise<HandlerResult> {
  const config = { functions, language };
  const hook = toLiveHook({ name, handler: 'lambda', config }, { program: { language, functions } });
  return handler.run(hook, { ...CALL, ...call });
}

beforeAll(() => void sandbox.compile('() => 1', 'javascript'));
afterAll(() => sandbox.close());

describe('the handler lambda', () => {
  it('answers the data it was given when there are no functions', async () => {
    const hook = toLiveHook({ handler: 'lambda', config: { functions: [], language: null } });
    expect(await handler.run(hook, CALL)).toEqual({
      kind: 'success',
      result: { some: 'data' },
      durationMs: 0,
    });
    expect(await run({ functions: [] })).toMatchObject({ kind: 'success', result: { some: 'data' } });
  });

  it.each<Lambda>([
    { language: 'lua', functions: [lua('return "HELLO"'), lua('return data .. " WORLD"')] },
    { language: 'javascript', functions: ['() => "HELLO"', '(data) => data + " WORLD"'] },
  ])('reduces HELLO to HELLO WORLD in $language', async (lambda) => {
    expect(await run(lambda)).toEqual({ kind: 'success', result: 'HELLO WORLD', output: '', durationMs: 0 });
  });

  it('gives every function event, source and pid', async () => {
    const functions = ['(...args) => args', '(data, ...rest) => [data, rest]'];
    expect(await run({ language: 'javascript', functions })).toMatchObject({
      result: [
        [{ some: 'data' }, 'some_event', 'some_source', 7],
        ['some_event', 'some_source', 7],
      ],
    });
    expect(await run({ functions: [lua('return event == nil')] }, { event: null })).toMatchObject({
      result: true,
    });
  });

  it.each([
    ['nil and an error', [lua('return nil, "some bad error"'), lua('return "never"')], 'some bad error'],
    ['a thrown error', [lua('error("thrown " .. event)')], 'thrown some_event'],
    ['a syntax error', [lua('return 1'), 'retrun finction (data) end'], "'=' expected near 'finction'"],
    [
      "the reference's own example",
      [
        'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend\n',
      ],
      'Event hook on consumer Jane Austen',
    ],
    ['a loop that never ends', [lua('while true do end')], 'Function did not finish within 100 ms'],
  ])('fails with the text of %s', async (_, functions, error) => {
    const data = { entity: { username: 'Jane Austen' } };
    expect(await run({ functions }, { data })).toMatchObject({
      kind: 'retry',
      reason: 'function',
      error: expect.stringContaining(error),
    });
  });

  it.each(['return nil', 'return false', ''])(
    'succeeds when a function ends with %j and no error',
    async (body) => {
      expect(await run({ functions: [lua(body)] })).toMatchObject({ kind: 'success' });
    },
  );

  it('logs what functions print, whether they succeed or not', async () => {
    const source = 'print("seen", data.some) if data.bad then error("bad") end return data';
    for (const data of [{ some: 'data' }, { some: 'data', bad: true }]) {
      lines.length = 0;
      expect(await run({ name: 'printing', functions: [lua(source)] }, { data })).toMatchObject({
        output: 'seen\tdata\n',
      });
      expect(lines).toEqual([
        expect.objectContaining({
          msg: 'lambda output',
          hook: 'printing',
          event: 'some_event',
          source: 'some_source',
          output: 'seen\tdata\n',
        }),
      ]);
    }
    lines.length = 0;
    await run({ functions: [lua('return 1')] });
    expect(lines).toEqual([]);
  });

  it('keeps hooks with the same functions apart', async () => {
    const functions = ['let calls = 0; return () => { calls += 1; return calls; }'];
    const call = (name: string): Promise<HandlerResult> => run({ name, language: 'javascript', functions });
    const results = [await call('one'), await call('one'), await call('other')];
    expect(results.map(({ result }) => result)).toEqual([1, 2, 1]);
  });

  it('leaves the data as it was for other hooks of the event', async () => {
    const data = Object.freeze({ some: 'data' });
    const result = await run({ functions: [lua('data.some = nil data.new = 1 return data')] }, { data });
    expect(result).toMatchObject({ result: { new: 1 } });
    expect(data).toEqual({ some: 'data' });
  });

  it('fails when the sandbox is closed', async () => {
    const closed = createSandbox({ threads: 1 });
    await closed.close();
    const program = { language: 'lua', functions: [lua('return 1')] } as const;
    const hook = toLiveHook({ handler: 'lambda', config: { ...program } }, { program });
    const parts = { sandbox: closed, logger: createLogger('silent'), clock: createHeldClock() };
    expect(await createLambdaHandler(parts).run(hook, CALL)).toMatchObject({
      kind: 'retry',
      reason: 'function',
      error: 'Function was not run: the sandbox is closed',
    });
  });
});
