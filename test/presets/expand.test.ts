import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventHook } from '../../src/definitions/definition.ts';
import type { JsonObject } from '../../src/event.ts';
import { collapsePreset, expandPreset } from '../../src/presets/expand.ts';
import { loadPreset, PRESET_NAMES } from '../../src/presets/presets.ts';
import { loadHook, loadText, problemsOf } from '../helpers/load-text.ts';

function load(config: string): EventHook['config'] {
  return loadHook(`source: crud\nhandler: webhook-custom\nconfig: ${config}\n`).config;
}

describe('a config with a preset', () => {
  it('is filled in whole where it says nothing', () => {
    const { config: preset } = loadPreset('slack');
    expect(load('{ preset: slack }')).toEqual({
      ...preset,
      preset: 'slack',
      payload_format: true,
      body: null,
      body_format: true,
      headers_format: false,
      secret: null,
      signature: 'sha1',
      tls: null,
      proxy: null,
      auth: null,
    });
  });

  it('has its own keys instead', () => {
    const own = {
      method: 'PUT',
      url: 'http://a/',
      ssl_verify: false,
      secret: '{vault://env/a}',
      body: 'text',
    };
    expect(load(JSON.stringify({ preset: 'github-dispatch', ...own }))).toMatchObject(own);
    expect(load('{ preset: slack, payload: null }')).toMatchObject({ payload: null });
  });

  it('has its headers beside those of the preset, by their names in any case', () => {
    expect(load('{ preset: opsgenie, headers: { Authorization: "{vault://env/x}", X-A: b } }')).toMatchObject(
      {
        headers: { 'content-type': 'application/json', Authorization: '{vault://env/x}', 'X-A': 'b' },
      },
    );
  });

  it('changes single keys of the payload, and takes keys away with null', () => {
    const config = '{ preset: pagerduty, payload: { client: null, payload: { severity: critical } } }';
    const { payload } = loadPreset('pagerduty').config as { readonly payload: JsonObject };
    const { client: _client, ...rest } = payload;
    expect(load(config)).toMatchObject({
      payload: { ...rest, payload: { ...(payload.payload as JsonObject), severity: 'critical' } },
    });
    expect(load(config)).not.toHaveProperty('payload.client');
  });

  it('sends a payload of its own where the preset has a body', () => {
    expect(load('{ preset: github-dispatch, payload: { event_type: deploy } }')).toMatchObject({
      body: null,
      payload: { event_type: 'deploy' },
    });
  });

  it('changes no other one, nor the preset', () => {
    const before = structuredClone(loadPreset('slack').config);
    const one = expandPreset({ preset: 'slack' });
    expect(one.payload).not.toBe(expandPreset({ preset: 'slack' }).payload);
    load('{ preset: slack, payload: { text: mine, blocks: null } }');
    expect(loadPreset('slack').config).toEqual(before);
  });

  it.each([
    ['{ preset: slak }', '3:19 bad_value config.preset'],
    ['{ preset: 1 }', '3:19 bad_value config.preset'],
    ['{ preset: slack, url: null }', '3:31 wrong_type config.url'],
    ['{ preset: slack, url: ftp://a/ }', '3:31 bad_value config.url'],
    ['{ preset: slack, headers: { a: null } }', '3:40 wrong_type config.headers.a'],
    ['{ preset: slack, payload: text }', '3:35 wrong_type config.payload'],
    ['{ preset: slack, paylod: {} }', '3:26 unknown_key config.paylod'],
    ['{ preset: null }', '3:9 missing_key config'],
  ])('says what is wrong with it once, where it stands: %s', (config, brief) => {
    const problems = problemsOf(`source: crud\nhandler: webhook-custom\nconfig: ${config}\n`);
    expect([...new Set(problems)]).toEqual([brief]);
    expect(problems).toHaveLength(config === '{ preset: null }' ? 2 : 1);
  });

  it('says what a key that is missing without one is for', () => {
    const { problems } = loadText('source: crud\nhandler: webhook-custom\nconfig: {}\n');
    expect(problems.map(({ message, hint }) => [message, hint])).toEqual([
      ['Missing key "url" in "config"', expect.stringContaining('Where the request goes')],
      ['Missing key "method" in "config"', 'HTTP method, in capitals.'],
    ]);
  });

  it('names the preset that was meant', () => {
    const { problems } = loadText('source: crud\nhandler: webhook-custom\nconfig: { preset: slak }\n');
    expect(problems[0]).toMatchObject({
      message: expect.stringContaining('"config.preset" must be one of slack, teams, discord'),
      hint: 'Did you mean "slack"?',
    });
  });
});

describe('collapsePreset()', () => {
  it('leaves what has to be said beside the preset', () => {
    const own = {
      preset: 'pagerduty',
      headers: { 'x-a': 'b' },
      payload: { client: null, payload: { severity: 'critical' }, more: [1] },
    };
    expect(collapsePreset(expandPreset(own))).toEqual({ ...own, body: null });
    expect(collapsePreset({ url: 'http://a/' })).toEqual({ url: 'http://a/' });
  });

  it('is undone by expandPreset()', () => {
    const key = fc.constantFrom('text', 'payload', 'severity', 'blocks', 'x');
    const payload = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.dictionary(key, fc.jsonValue())), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.constantFrom(...PRESET_NAMES), fc.option(payload), (preset, own) => {
        const expanded = expandPreset(JSON.parse(JSON.stringify({ preset, payload: own })));
        expect(expandPreset(collapsePreset(expanded))).toEqual(expanded);
      }),
    );
  });
});
