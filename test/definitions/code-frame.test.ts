import { describe, expect, it } from 'vitest';
import { codeFrame, createProblemFormat } from '../../src/definitions/code-frame.ts';
import type { Problem } from '../../src/definitions/problem.ts';
import { loadText } from '../helpers/load-text.ts';

/** The line the caret is under, and what stands right above the caret. */
function pointedAt(frame: string): string {
  const lines = frame.split('\n');
  const caret = lines.findIndex((line) => /^ +\| +\^$/.test(line));
  return (lines[caret - 1] ?? '').slice((lines[caret] ?? '').indexOf('^'));
}

describe('codeFrame()', () => {
  it.each([
    [0, '> 1 | 0123456789012345678901234567890123456789\n    |                               ^'],
    [36, '> 1 | 678901234567890123456789\n    |               ^'],
    [10, '> 1 | 1234567890123456789\n    |          ^'],
  ])('has room in %i columns', (columns, frame) => {
    expect(codeFrame('0123456789'.repeat(4), { line: 1, column: 31 }, columns)).toBe(frame);
  });

  const text = Array.from({ length: 12 }, (_, index) => `key-${index + 1}: value`).join('\n');

  it('shows two lines before and after the place, with a caret under it', () => {
    expect(codeFrame(text, { line: 9, column: 8 })).toBe(
      [
        '   7 | key-7: value',
        '   8 | key-8: value',
        '>  9 | key-9: value',
        '     |        ^',
        '  10 | key-10: value',
        '  11 | key-11: value',
      ].join('\n'),
    );
  });

  it.each([
    ['first', 1, ['> 1 | key-1: value', '    | ^', '  2 | key-2: value', '  3 | key-3: value']],
    ['last', 12, ['  10 | key-10: value', '  11 | key-11: value', '> 12 | key-12: value', '     | ^']],
  ])('shows what there is around the %s line', (_which, line, lines) => {
    expect(codeFrame(text, { line, column: 1 })).toBe(lines.join('\n'));
  });

  it('shows the place after the last line', () => {
    expect(codeFrame('a: "b\n', { line: 2, column: 1 })).toBe('  1 | a: "b\n> 2 |\n    | ^');
  });

  it.each([
    ['a place after the end of its line', 'a: b', 5, ''],
    ['a tab', '\t\tx: 1', 3, 'x: 1'],
    ['controls', '\u001b[31mx: 1', 6, 'x: 1'],
    ['a character of two units', '🎉 x: 1', 4, 'x: 1'],
    ['an end of line of Windows', 'a: x\r\n', 4, 'x'],
    ['a byte order mark', '\ufeffx: 1', 1, 'x: 1'],
  ])('puts the caret right behind %s', (_what, line, column, at) => {
    expect(pointedAt(codeFrame(line, { line: 1, column }))).toBe(at);
  });

  it('puts the caret right behind characters that are shown wide or not by themselves', () => {
    expect(codeFrame('日本: x', { line: 1, column: 5 })).toBe('> 1 | 日本: x\n    |       ^');
    expect(codeFrame('e\u0301: x', { line: 1, column: 5 })).toBe('> 1 | e\u0301: x\n    |    ^');
  });

  it.each([
    ['near its start', 5],
    ['at the last column that is shown from the start', 100],
    ['one further', 101],
    ['in its middle', 5_000],
    ['at its end', 10_000],
  ])('cuts a long line around a place %s', (_where, column) => {
    const line = `${'x'.repeat(column - 1)}!${'x'.repeat(10_000 - column)}`;
    const frame = codeFrame(line, { line: 1, column });
    expect(pointedAt(frame)).toMatch(/^!x*$/);
    for (const shown of frame.split('\n')) expect(shown.length).toBeLessThanOrEqual(106);
  });

  it('cuts the lines around a place as the line itself', () => {
    const long = `${'a'.repeat(300)}!`;
    expect(codeFrame(`${long}\n${long}\nshort`, { line: 2, column: 301 })).toBe(
      [`  1 | ${'a'.repeat(49)}!`, `> 2 | ${'a'.repeat(49)}!`, `    | ${' '.repeat(49)}^`, '  3 |'].join(
        '\n',
      ),
    );
  });
});

function formatProblem(problem: Problem, text: string | null): string {
  return createProblemFormat(() => text)(problem);
}

describe('createProblemFormat()', () => {
  const problem: Problem = {
    code: 'unknown_handler',
    severity: 'error',
    file: 'team/slack.yaml',
    line: 2,
    column: 10,
    path: 'handler',
    message: 'No handler "webhok"',
    hint: 'Did you mean "webhook"?',
  };

  it('says place, code and message, shows the place, and says what to do', () => {
    expect(formatProblem(problem, 'source: crud\nhandler: webhok\n')).toBe(
      [
        'team/slack.yaml:2:10 error unknown_handler: No handler "webhok"',
        '  1 | source: crud',
        '> 2 | handler: webhok',
        '    |          ^',
        '  3 |',
        '  hint: Did you mean "webhook"?',
        '  see: https://hookline.dev/README.md#unknown_handler',
      ].join('\n'),
    );
  });

  it.each([null, ''])('shows no place when the text is %j', (text) => {
    expect(formatProblem({ ...problem, severity: 'warning', hint: null }, text).split('\n')).toEqual([
      'team/slack.yaml:2:10 warning unknown_handler: No handler "webhok"',
      '  see: https://hookline.dev/README.md#unknown_handler',
    ]);
  });

  it('lets nothing of a file, its name or its content reach the terminal as control', () => {
    const file = 'a\u001b]0;owned\u0007.yaml';
    const text = 'source: crud\nhandler: "\\e[31mlog"\n"\\n\\u202ekey": 1\nraw: \u001b[2J\n';
    const { problems } = loadText(text, file);
    const printed = problems.map((found) => formatProblem({ ...found, hint: '\u001b[0m' }, text)).join('\n');
    expect(problems.length).toBeGreaterThan(2);
    expect(printed).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
  });

  it('reads a file once, however many problems it has, and shows no secret', () => {
    const text = 'config:\n  secret: hunter2\n';
    const asked: string[] = [];
    const format = createProblemFormat((file) => {
      asked.push(file);
      return text;
    });
    const files = ['a.yaml', 'a.yaml', 'a.yaml', 'b.yaml'];
    expect(files.map((file) => format({ ...problem, file })).join('\n')).not.toContain('hunter2');
    expect(asked).toEqual(['a.yaml', 'b.yaml']);
  });

  it('keeps a message of several lines on one', () => {
    const [first = ''] = formatProblem({ ...problem, message: 'one\ntwo' }, null).split('\n');
    expect(first).toContain('one·two');
  });
});
