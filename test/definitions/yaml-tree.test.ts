import { describe, expect, it } from 'vitest';
import { parseTree } from '../../src/definitions/yaml-tree.ts';

const LEVELS = 10_000;

const TAG = 'To YAML ! begins a tag, and it has none here';

describe('parseTree()', () => {
  it('parses every document of a text', () => {
    const { documents, mistakes } = parseTree('a: 1\n---\nb: 2\n');
    expect(documents.map((document) => document.toJS() as unknown)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(mistakes).toEqual([]);
  });

  it('reads the core schema of YAML 1.2, whatever a directive says', () => {
    const [document] = parseTree('%YAML 1.1\n---\na: yes\nb: 0777\nc: 0o777\nd: 2026-01-01\n').documents;
    expect(document?.toJS()).toEqual({ a: 'yes', b: 777, c: 511, d: '2026-01-01' });
  });

  it('makes every key a string', () => {
    const [document] = parseTree('1: a\ntrue: b\nnull: c\n').documents;
    expect(document?.toJS()).toEqual({ 1: 'a', true: 'b', null: 'c' });
  });

  it('reads JSON that is indented with tabs', () => {
    const { documents, mistakes } = parseTree(JSON.stringify({ a: { b: [1] } }, null, '\t'));
    expect([documents[0]?.toJS(), mistakes]).toEqual([{ a: { b: [1] } }, []]);
  });

  it.each([
    ['flow lists', `a: ${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`, 103],
    ['flow lists that are never closed', `a: ${'['.repeat(LEVELS)}`, 103],
    ['flow maps', '{a: '.repeat(LEVELS), 401],
    ['block lists', `${'- '.repeat(LEVELS)}a`, 201],
    ['explicit keys', `${'? '.repeat(LEVELS)}a`, 201],
  ])('stops at the level that is one too deep in %s', (_what, text, column) => {
    expect(parseTree(text).mistakes).toEqual([
      { code: 'yaml_too_deep', offset: column - 1, message: 'Nests deeper than 100 levels', hint: null },
    ]);
  });

  it.each([
    ['one list', `a: [${'1,'.repeat(500_000)}]`],
    ['commas', `a: [${','.repeat(1_000_000)}]`],
    ['line ends', '\n'.repeat(1_000_000)],
    ['documents', '---\na\n'.repeat(170_000)],
    ['directives', '%\n'.repeat(500_000)],
  ])('stops at a file that is all %s: to parse it would hold up everything else', (_what, text) => {
    expect(parseTree(text).mistakes.at(-1)).toMatchObject({
      code: 'file_too_large',
      message: 'The file has more than 500000 words and marks: split it',
    });
  });

  it('takes as many hooks as a file has room for', () => {
    const hook = 'source: crud\nhandler: webhook\nconfig:\n  url: https://example.com\n---\n';
    const { documents, mistakes } = parseTree(hook.repeat(Math.floor((1024 * 1024) / hook.length)));
    expect([documents.length > 10_000, mistakes]).toEqual([true, []]);
  });

  it('finds what is wrong before the place that nests too deep', () => {
    const { mistakes } = parseTree(`a: "\\q"\n---\n${'['.repeat(LEVELS)}`);
    expect(mistakes.map(({ code }) => code)).toEqual(['yaml_syntax', 'yaml_too_deep']);
  });

  it('finds the first mistake of every document: what follows is guesswork', () => {
    const { mistakes, lines } = parseTree('a: b: c\n---\n\tb: 1\n---\nc: [1\n');
    expect(mistakes.map(({ offset }) => lines.linePos(offset).line)).toEqual([1, 3, 5]);
  });

  it.each([
    ['a tag of its own', 'a: !mine b', 3, TAG],
    ['a tag of a language', 'a: !!js/function b', 3, TAG],
    ['binary data', 'a: !!binary aGk=', 3, TAG],
    ['a set', 'a: !!set { b }', 3, TAG],
    ['a list as a key', '? [a]\n: b', 2, 'A key must be a string'],
    ['a tab as indentation', 'a:\n\tb: c', 3, 'Tabs are not allowed as indentation'],
    ['a bracket that closes nothing', 'a: [b]]', 6, 'Unexpected flow-seq-end token in YAML stream'],
    ['a quote that never ends', 'a: "b', 3, 'The quote that begins here has no end'],
  ])('refuses %s', (_what, text, offset, message) => {
    expect(parseTree(text).mistakes).toEqual([
      { code: 'yaml_syntax', offset, message, hint: expect.stringMatching(/./) },
    ]);
  });

  it.each(['secret: !hunter2 x', 'secret: |hunter2\n x', 'a: b\n hunter2]: c', 'secret: "a" hunter2'])(
    'repeats nothing that may be a secret of %j',
    (text) => {
      const { mistakes } = parseTree(text);
      expect(mistakes.length).toBeGreaterThan(0);
      expect(JSON.stringify(mistakes)).not.toContain('hunter2');
    },
  );

  it('finds what is wrong in a text that has no document', () => {
    expect(parseTree('%YAML\n').mistakes).toMatchObject([{ code: 'yaml_syntax', offset: 0 }]);
  });

  it('finds nothing in a text that has nothing', () => {
    expect(parseTree('# a comment\n')).toMatchObject({ documents: [], mistakes: [] });
  });
});
