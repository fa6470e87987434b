import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countProblems, createPaint } from '../../src/cli/print.ts';
import { toOneLine, toPrintable } from '../../src/cli/printable.ts';
import { count } from '../../src/count.ts';

/** A stream as a terminal that can show colours is one. */
function toTerminal(): NodeJS.WriteStream {
  return Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: (env: Record<string, string | undefined> = process.env) =>
      env.NO_COLOR === undefined ? 8 : 1,
  }) as unknown as NodeJS.WriteStream;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('createPaint()', () => {
  it('paints on a terminal', () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('FORCE_COLOR', undefined);
    expect(createPaint(toTerminal())('red', 'text')).toBe('\u001b[31mtext\u001b[39m');
  });

  it('leaves text plain on a terminal when NO_COLOR is set', () => {
    vi.stubEnv('NO_COLOR', '1');
    vi.stubEnv('FORCE_COLOR', undefined);
    expect(createPaint(toTerminal())('red', 'text')).toBe('text');
  });

  it('leaves text plain on what is no terminal', () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('FORCE_COLOR', undefined);
    expect(createPaint(new PassThrough() as unknown as NodeJS.WriteStream)('red', 'text')).toBe('text');
  });
});

describe('count()', () => {
  it.each([
    [0, '0 hooks'],
    [1, '1 hook'],
    [2, '2 hooks'],
  ])('says of %i %j', (number, text) => {
    expect(count(number, 'hook')).toBe(text);
  });

  it('counts problems by severity', () => {
    const problems = [{ severity: 'error' }, { severity: 'warning' }, { severity: 'error' }] as const;
    expect(countProblems(problems)).toBe('2 errors, 1 warning');
  });
});

describe('toPrintable()', () => {
  it.each([
    ['\u001b[31mred', '·[31mred'],
    ['\u009b2J', '·2J'],
    ['a\r\nb\tc', 'a·\nb\tc'],
    ['\u202eevil\u2066', '·evil·'],
    ['\0\u0007\u007f', '···'],
    ['grün, 日本, \u{1f600}', 'grün, 日本, \u{1f600}'],
  ])('makes of %j %j', (text, printable) => {
    expect(toPrintable(text)).toBe(printable);
  });
});

describe('toOneLine()', () => {
  it('leaves no text a line or a column of its own', () => {
    expect(toOneLine('a\r\nb\tc\u001b')).toBe('a··b·c·');
  });
});
