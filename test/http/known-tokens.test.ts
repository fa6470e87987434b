import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findCaller, type KnownToken } from '../../src/http/known-tokens.ts';
import type { Caller } from '../../src/http/tokens.ts';

describe('findCaller()', () => {
  /** Known tokens that note which of them were compared. */
  function watch(names: readonly string[]): {
    readonly known: readonly KnownToken[];
    readonly compared: string[];
  } {
    const compared: string[] = [];
    const known = names.map((name) => ({
      caller: { name } as Caller,
      get digest() {
        compared.push(name);
        return hash('sha256', name, 'buffer');
      },
    }));
    return { known, compared };
  }

  it.each([
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
    ['d', null],
  ])('compares "%s" with all that are known, wherever the one is that it is', (token, found) => {
    const { known, compared } = watch(['a', 'b', 'c']);
    expect(findCaller(known, hash('sha256', token, 'buffer'))?.name ?? null).toBe(found);
    expect(compared).toEqual(['a', 'b', 'c']);
  });
});
