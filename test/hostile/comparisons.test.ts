import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSameSecret } from '../../src/same-secret.ts';

const SRC = new URL('../../src/', import.meta.url).pathname;
const FILES = globSync('**/*.ts', { cwd: SRC }).map((file) => ({
  file,
  text: readFileSync(join(SRC, file), 'utf8'),
}));
/** Names of what is a secret, or made of one. */
const SECRET = /(?:secret|token|signature|password|hmac|credential)\w*(?:\([\w.]*\))?$/i;
/** What is no secret of anybody: nothing, a text that is written out, a number. */
const PUBLIC = /^(?:null|undefined|['"`]|\d)/;
const COMPARISON = /([\w.#[\]]+(?:\([\w.]*\))?|['"`])\s*[!=]==?\s*([\w.#]+|['"`])/g;
const SEARCH = /\.(?:includes|indexOf|startsWith|endsWith|equals|compare|localeCompare)\(([\w.#]+)/g;

/** Lines that compare something of such a name. */
function findComparisons(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => !/^(?:\*|\/\*|\/\/)/.test(line) && comparesSecret(line));
}

function comparesSecret(line: string): boolean {
  const pairs = [...line.matchAll(COMPARISON)].map(([, left = '', right = '']) => [left, right] as const);
  const searched = [...line.matchAll(SEARCH)].map(([, what = '']) => what);
  return (
    pairs.some(
      ([left, right]) =>
        (SECRET.test(left) && !PUBLIC.test(right)) || (SECRET.test(right) && !PUBLIC.test(left)),
    ) || searched.some((what) => SECRET.test(what))
  );
}

/** Files in which something is only called so, each with what it is: nobody outside has a say in one side of it. */
const HARMLESS: Readonly<Record<string, string>> = {
  'deliver/oauth-tokens.ts':
    'the token a receiver refused, and the one that is kept: both came from its own server',
  'feeds/nats-event-name.ts': 'parts of the subject of a message',
  'hook-test/snapshot.ts': 'names of headers',
};

describe('secrets', () => {
  it('are compared by isSameSecret() and nothing else: the time of any other tells how much of one was right', () => {
    const found = FILES.flatMap(({ file, text }) =>
      findComparisons(text).map((line) => [file, line] as const),
    );
    expect(found.filter(([file]) => !Object.hasOwn(HARMLESS, file))).toEqual([]);
    expect(Object.keys(HARMLESS)).toEqual([...new Set(found.map(([file]) => file))].sort());
    expect(FILES.filter(({ text }) => text.includes('isSameSecret(')).length).toBeGreaterThan(2);
  });

  it('would be found where they are compared in another way', () => {
    for (const line of [
      'if (secret === given) return true;',
      'return given === this.token;',
      'headers["x-signature"] === signature',
      'expected.equals(signature)',
      'secrets.includes(token)',
      'toSecret(receiver) !== sent',
    ])
      expect([line, findComparisons(line).length]).toEqual([line, 1]);
    for (const line of ["secret === ''", 'token !== null', 'a === b', '// secret === given'])
      expect([line, findComparisons(line).length]).toEqual([line, 0]);
  });

  it.each([
    ['', ''],
    ['a', 'a'],
    ['é', 'é'],
  ])('are the same as themselves: %j', (given, expected) => {
    expect(isSameSecret(given, expected)).toBe(true);
    expect(isSameSecret(Buffer.from(given), expected)).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['a', 'b'],
    ['a', 'aa'],
    ['a\0', 'a'],
    ['é', 'e\u0301'],
  ])('are not the same as others, whatever their length: %j, %j', (given, expected) => {
    expect(isSameSecret(given, expected)).toBe(false);
  });
});
