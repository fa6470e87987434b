import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { findMisfits } from '../../src/hook-test/expectation.ts';

const REQUEST = {
  hook: 'hook',
  at: 65_000,
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-a': '1' },
  body: '{"a":{"b":1,"c":[1,2]},"d":null}',
  json: { a: { b: 1, c: [1, 2] }, d: null },
};

function misfits(expectation: JsonObject): readonly string[] {
  return findMisfits(expectation, REQUEST).map(
    ({ path, expected, received }) =>
      `${path.join('.')}: ${JSON.stringify(expected) ?? 'nothing'} ${JSON.stringify(received) ?? 'nothing'}`,
  );
}

describe('findMisfits()', () => {
  it.each<JsonObject>([
    {},
    { hook: 'hook', method: 'POST' },
    { at: 65 },
    { at: '1m5s' },
    { headers: { 'Content-Type': 'application/json' } },
    { headers: { authorization: null } },
    { body_contains: '"b":1' },
    { json: REQUEST.json },
    { json_contains: {} },
    { json_contains: { a: { c: [1, 2] } } },
    { json_contains: { d: null } },
  ])('finds none for %j', (expectation) => {
    expect(misfits(expectation)).toEqual([]);
  });

  it.each<[JsonObject, readonly string[]]>([
    [{ at: 60 }, ['at: "1m" "1m5s"']],
    [{ method: 'PUT' }, ['method: "PUT" "POST"']],
    [
      { headers: { 'X-A': '2', 'x-b': '3', 'x-a': null } },
      ['headers.X-A: "2" "1"', 'headers.x-b: "3" nothing', 'headers.x-a: nothing "1"'],
    ],
    [{ body_contains: 'z' }, [`body_contains: "z" ${JSON.stringify(REQUEST.body)}`]],
    [{ json: { a: { b: 1, c: [1, 2] } } }, ['json.d: nothing null']],
    [{ json_contains: { a: { b: 2, e: 3 } } }, ['json_contains.a.b: 2 1', 'json_contains.a.e: 3 nothing']],
    [{ json_contains: { a: { c: [1] } } }, ['json_contains.a.c.1: nothing 2']],
    [{ json_contains: { a: { b: '1' } } }, ['json_contains.a.b: "1" 1']],
    [{ json_contains: [] }, [`json_contains: [] ${JSON.stringify(REQUEST.json)}`]],
    [{ result: 1 }, ['result: 1 nothing']],
    [{ json_contains: { toString: 1 } }, ['json_contains.toString: 1 nothing']],
  ])('finds every one for %j', (expectation, found) => {
    expect(misfits(expectation)).toEqual(found);
  });
});
