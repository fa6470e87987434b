import { describe, expect, it } from 'vitest';
import { parseYaml, toYamlFile, type YamlDocument } from '../../src/definitions/yaml-documents.ts';

function documentsOf(text: string): readonly YamlDocument[] {
  const file = toYamlFile(text, parseYaml(text));
  if (file.kind === 'invalid') throw new Error(`Cannot parse ${text}`);
  return file.documents;
}

describe('parseYaml()', () => {
  it('answers each document with the line its content starts at', () => {
    const documents = documentsOf('# one\na: 1\n---\n\n# two\nb: 2\n--- { c: 3 }\n');
    expect(documents.map(({ value, line }) => [value, line])).toEqual([
      [{ a: 1 }, 2],
      [{ b: 2 }, 6],
      [{ c: 3 }, 7],
    ]);
  });

  it('leaves out documents that say nothing', () => {
    expect(documentsOf('---\n---\na: 1\n---\n# nothing\n...\n').map(({ value }) => value)).toEqual([
      { a: 1 },
    ]);
  });

  it.each(['', '\n\n', '# a comment\n', '---\n---\n', '%YAML 1.2\n'])('finds no document in %j', (text) => {
    expect(parseYaml(text)).toEqual({ kind: 'parsed', documents: [] });
  });

  it.each(['null', '~', '""', '--- |\n'])('takes %j as a document that says something', (text) => {
    expect(documentsOf(text)).toHaveLength(1);
  });

  it('has no document to trust when the syntax of one is broken', () => {
    expect(parseYaml('a: 1\n---\nb: [1\n')).toEqual({
      kind: 'invalid',
      mistakes: [
        {
          code: 'yaml_syntax',
          line: 3,
          column: 4,
          path: [],
          message: 'The [ that begins here has no end',
          hint: 'Close it with ]',
        },
      ],
    });
  });

  it('tells mistakes that leave the data as it was written from those that do not', () => {
    const [twice, alias] = documentsOf('a: 1\na: 2\n---\nb: *x\n');
    expect(twice).toMatchObject({
      value: { a: 1 },
      complete: true,
      mistakes: [{ code: 'yaml_duplicate_key', line: 2, column: 1, path: ['a'], hint: 'Keep one' }],
    });
    expect(alias).toMatchObject({
      complete: false,
      mistakes: [
        {
          code: 'yaml_syntax',
          line: 4,
          column: 4,
          path: ['b'],
          hint: 'Set it above with &x, or quote a value that begins with *',
        },
      ],
    });
  });

  it('counts lines that end as Windows has it', () => {
    expect(documentsOf('a: 1\r\n---\r\nb: 2\r\n').map(({ line }) => line)).toEqual([1, 3]);
  });
});
