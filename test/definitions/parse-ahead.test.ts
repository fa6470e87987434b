import { describe, expect, it } from 'vitest';
import { type ParsedAhead, parseAhead } from '../../src/definitions/parse-ahead.ts';
import { startParseThread } from '../../src/definitions/parse-thread.ts';
import { parseYaml } from '../../src/definitions/yaml-documents.ts';

/** What a file may say, and what a thread has to hand over as it is. */
const TEXTS = [
  'a: 1\nb: [x, null, 1.5]\n',
  '# nothing\n---\n---\nname: second\n---\nname: third\n',
  '__proto__: { polluted: true }\nconstructor: x\n',
  'a: &x { b: 1 }\nc: *x\nd: *x\n',
  'a: 1\na: 2\n',
  'a: "no end\n',
  '',
  '{"json": ["\\ud83c\\udf89", "🎉"]}',
];
/** Enough for threads: 128 KiB begin to be. */
const MANY = 6_000;

interface File {
  readonly name: number;
  readonly text: string;
  readonly bytes: Buffer;
}

function toFiles(count: number): readonly File[] {
  return Array.from({ length: count }, (_, name) => {
    const text = TEXTS[name % TEXTS.length] ?? '';
    return { name, text, bytes: Buffer.from(text) };
  });
}

async function collect(parsing: AsyncIterable<readonly ParsedAhead<File>[]>) {
  const said = [];
  for await (const batch of parsing)
    said.push(...batch.map(({ file, parse }) => ({ name: file.name, says: parse(file.text) })));
  return said;
}

describe('parseAhead()', () => {
  it.each([1, MANY])('answers for %i files, in their order, as parseYaml() does', async (count) => {
    const files = toFiles(count);
    const expected = files.map(({ name, text }) => ({ name, says: parseYaml(text) }));
    expect(await collect(parseAhead(files))).toEqual(expected);
  });

  it('gives each file values of its own', async () => {
    const [one, other] = (await collect(parseAhead(toFiles(MANY)))).filter(
      ({ name }) => name % TEXTS.length === 0,
    );
    expect(one?.says).toEqual(other?.says);
    expect(one?.says).not.toBe(other?.says);
  });

  it('parses by itself what threads do not, because they fail or cannot be started', async () => {
    const files = toFiles(MANY);
    const expected = files.map(({ name, text }) => ({ name, says: parseYaml(text) }));
    let started = 0;
    const failing = () => {
      started += 1;
      const thread = startParseThread();
      void thread[Symbol.asyncDispose]();
      return thread;
    };
    const none = () => {
      throw new Error('no thread');
    };
    expect(await collect(parseAhead(files, failing))).toEqual(expected);
    expect(started).toBeGreaterThan(0);
    expect(await collect(parseAhead(files, none))).toEqual(expected);
  });

  it('ends its threads when nobody wants the rest', async () => {
    const threads: ReturnType<typeof startParseThread>[] = [];
    const start = () => {
      const thread = startParseThread();
      threads.push(thread);
      return thread;
    };
    for await (const batch of parseAhead(toFiles(MANY), start)) if (batch.length > 0) break;
    expect(threads.length).toBeGreaterThan(0);
    for (const thread of threads) await expect(thread.parse(['a: 1'])).rejects.toThrow('its thread ended');
  });
});
