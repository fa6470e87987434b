import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, HooklineError } from '../../src/errors.ts';
import { toErrorAnswer } from '../../src/http/error-handler.ts';
import { createLogger } from '../../src/logger.ts';

function answer(error: unknown): {
  readonly answer: ReturnType<typeof toErrorAnswer>;
  readonly log: readonly string[];
} {
  const log: string[] = [];
  const logger = createLogger('error', { write: (line) => log.push(line) });
  return { answer: toErrorAnswer(error, logger), log };
}

describe('toErrorAnswer()', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    'answers %s with its status, its text and its detail',
    (code) => {
      const error = new HooklineError(code, 'What is wrong', { detail: { hint: 'What to do' } });
      const { answer: made, log } = answer(error);
      expect(made).toMatchObject({
        status: ERROR_CODES[code].status,
        body: { message: 'What is wrong', hint: 'What to do' },
      });
      expect(log).toEqual([]);
    },
  );

  it('says when to try again what could not be taken', () => {
    expect(answer(new HooklineError('unavailable', 'No')).answer.headers).toEqual({ 'retry-after': '1' });
    expect(answer(new HooklineError('bad_request', 'No')).answer.headers).toEqual({});
  });

  it.each([
    [Object.assign(new Error('bad param'), { status: 400 }), 400, 'Cannot read the request: bad param'],
  ])('takes what the framework says about a request (%j)', (error, status, message) => {
    expect(answer(error).answer).toMatchObject({ status, body: { message } });
  });

  it.each([
    [new Error('secret inside'), 'secret inside'],
    [Object.assign(new Error('a 5xx of a library'), { status: 502 }), 'a 5xx of a library'],
    ['a text', 'a text'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('logs anything else (%j) and keeps its text to itself', (error, text) => {
    const { answer: made, log } = answer(error);
    expect(made).toEqual({ status: 500, headers: {}, body: { message: 'An unexpected error occurred' } });
    expect(log.map((line) => JSON.parse(line))).toMatchObject([{ err: text, msg: 'unexpected error' }]);
  });
});
