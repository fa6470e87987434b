import { describe, expect, it } from 'vitest';
import sourceSchema from '../../schemas/event-source.schema.json' with { type: 'json' };
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import { toKong } from '../helpers/kong-feed.ts';
import { loadSource, loadText } from '../helpers/load-text.ts';

const ENTITIES = sourceSchema.properties.kong.properties.entities;

function declare(kong: string): string {
  return `kind: EventSource\nname: gateway\nkong: ${kong}\n`;
}

describe('a gateway that is declared', () => {
  it('has every default', () => {
    const { kong } = loadSource(declare('{ admin_url: "http://kong:8001" }'));
    expect(kong).toEqual(toKong('http://kong:8001', { entities: ENTITIES.default, health: true }));
  });

  it('is looked at for entities whose changes are events of crud', () => {
    const crud = BUILT_IN.get('crud');
    expect(ENTITIES.items.enum.filter((name) => !crud?.has(name) || !crud.has(`${name}:create`))).toEqual([]);
  });

  it.each([
    ['{}', 'Missing key "admin_url" in "kong"'],
    [
      '{ admin_url: kong }',
      '"kong.admin_url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "kong"',
    ],
    ['{ admin_url: "http://kong:8001/?a=b" }', /^"kong\.admin_url" must match/],
    ['{ admin_url: "http://kong", interval: 0 }', '"kong.interval" must be 1 or more: got 0'],
    [
      '{ admin_url: "http://kong", entities: [service] }',
      /^"kong\.entities\[0\]" must be one of .*: got "service"$/,
    ],
    [
      '{ admin_url: "http://kong", workspaces: [] }',
      '"kong.workspaces" must have at least 1 item: got an empty list',
    ],
    ['{ admin_url: "http://kong", workspaces: [a/b] }', /^"kong\.workspaces\[0\]" must match/],
    ['{ admin_url: "http://kong", tags: ["a,b"] }', /^"kong\.tags\[0\]" must match/],
    ['{ admin_url: "http://kong", tokn: a }', 'Unknown key "tokn" in "kong"'],
  ])('is a problem when it is %s', (kong, message) => {
    const { problems } = loadText(declare(kong));
    expect(problems.map((problem) => problem.message)).toEqual([
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
  });

  it('may have references', () => {
    const { problems } = loadText(
      declare(
        '{ admin_url: "{vault://env/kong}", token: "{vault://env/token}", headers: { apikey: "{vault://file/key}" } }',
      ),
    );
    expect(problems).toEqual([]);
  });
});
