import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify, type ToStringOptions } from 'yaml';
import type { LoadedFile } from '../../src/definitions/definition.ts';
import { loadFile } from '../../src/definitions/load-file.ts';
import type { JsonObject } from '../../src/event.ts';
import { compareTexts } from '../../src/order.ts';
import { arbitraryHook } from '../helpers/arbitrary-hook.ts';
import { loadHook, loadText } from '../helpers/load-text.ts';

const SOURCE = `kind: EventSource
name: billing
events:
  paid: { fields: &f [invoice], unique: *f, schema: { type: object } }
---
`;
/** Pieces that mean something to YAML, to the loader, or to JavaScript. */
const PIECES = [
  ...'{}[],:?-&*!|>\'"%@`#\n\t \r\\~<=.0a'.split(''),
  '---\n',
  '...\n',
  ': ',
  '- ',
  '&a ',
  '*a',
  '<<: ',
  '!!set ',
  '__proto__: ',
  'constructor: ',
  'kind: EventSource\n',
  'handler: log\n',
  'source: crud\n',
  'config: {}\n',
  'events: ',
  'schema: ',
  '$ref: "#"\n',
  '%YAML 1.1\n',
  '\ufeff',
  '\0',
  '🎉',
];

/** Lines are not folded: the library would cut characters in half. */
function print(value: object, options: ToStringOptions = {}): string {
  return stringify(value, { lineWidth: 0, ...options });
}

/** What holds of every file, whatever is in it. */
function expectSound({ problems, definitions }: LoadedFile, bytes: Buffer): void {
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  for (const { line, column, message } of problems) {
    expect(message).not.toBe('');
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
  }
  expect(problems.length + definitions.length).toBeGreaterThan(0);
  for (const { definition, locate } of definitions) {
    expect(locate([]).line).toBeLessThanOrEqual(lines.length);
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
  }
}

function load(bytes: Buffer): LoadedFile {
  return loadFile({
    file: 'dir/hook.yaml',
    bytes,
    source: { source: 'dir:hooks.d', owner: '', labelled: false },
  });
}

describe('loadFile() with anything at all', () => {
  it('answers sound problems for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
        expectSound(load(Buffer.from(array)), Buffer.from(array));
      }),
      { numRuns: 300 },
    );
  });

  it('answers sound problems for any text made of what YAML is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''));
        expectSound(load(bytes), bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers sound problems for a file that was right until a piece of it was changed', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat({ max: 8 }),
      put: fc.constantFrom('', ...PIECES),
    });
    fc.assert(
      fc.property(arbitraryHook, fc.array(change, { minLength: 1, maxLength: 4 }), (hook, changes) => {
        const text = changes.reduce((before, { at, cut, put }) => {
          const from = Math.floor(at * before.length);
          return before.slice(0, from) + put + before.slice(from + cut);
        }, SOURCE + print(hook));
        const bytes = Buffer.from(text);
        expectSound(load(bytes), bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('loadFile() with a hook that is right', () => {
  const styles: Readonly<Record<string, (hook: JsonObject) => string>> = {
    'in block style': print,
    'in flow style': (hook) => print(hook, { collectionStyle: 'flow' }),
    'in quotes': (hook) => print(hook, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' }),
    'as JSON': (hook) => JSON.stringify(hook),
    'as JSON with tabs': (hook) => JSON.stringify(hook, null, '\t'),
  };

  it.each(Object.keys(styles))('loads the same whatever the order of its keys, written %s', (name) => {
    fc.assert(
      fc.property(arbitraryHook, (hook) => {
        const write = styles[name] ?? print;
        const sorted = Object.fromEntries(Object.entries(hook).toSorted(([a], [b]) => compareTexts(a, b)));
        const expected = loadHook(JSON.stringify(sorted));
        expect(loadHook(write(hook))).toEqual(expected);
        expect(expected).toMatchObject(hook);
      }),
      { numRuns: 100 },
    );
  });

  it('loads the same definition from what it loaded', () => {
    fc.assert(
      fc.property(arbitraryHook, (hook) => {
        const loaded = loadHook(print(hook));
        expect(loadHook(print(loaded))).toEqual(loaded);
      }),
      { numRuns: 100 },
    );
  });

  it('loads each of many in one file as if it stood alone', () => {
    fc.assert(
      fc.property(fc.array(arbitraryHook, { minLength: 2, maxLength: 4 }), (hooks) => {
        const { definitions, problems } = loadText(hooks.map((hook) => print(hook)).join('---\n'));
        expect(problems).toEqual([]);
        expect(definitions.map(({ definition }) => definition)).toEqual(
          hooks.map((hook) => loadHook(print(hook))),
        );
      }),
      { numRuns: 50 },
    );
  });
});
