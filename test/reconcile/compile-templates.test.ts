import { describe, expect, it } from 'vitest';
import type { WebhookCustomConfig } from '../../src/definitions/definition.ts';
import { compileRequestTemplates } from '../../src/reconcile/compile-templates.ts';
import { WEBHOOK_CONFIG } from '../helpers/live-hook.ts';
import { briefsOf, problemOf } from '../helpers/prepare-texts.ts';
import { contextOf } from '../helpers/render-template.ts';

function compile(overrides: Partial<WebhookCustomConfig>): ReturnType<typeof compileRequestTemplates> {
  return compileRequestTemplates({
    ...WEBHOOK_CONFIG,
    method: 'POST',
    preset: null,
    payload: null,
    payload_format: true,
    body: null,
    body_format: true,
    headers_format: false,
    ...overrides,
  });
}

describe('compiling the templates of a request', () => {
  it('compiles what is formatted by default: payload and body, not headers', () => {
    const { templates } = compile({ payload: { a: '{{x}}' }, body: '{{x}}', headers: { a: '{{x}}' } });
    expect(templates.payload?.render(contextOf({ x: '1' }))).toEqual({ a: '1' });
    expect(templates.body?.render(contextOf({ x: '1' }))).toBe('1');
    expect(templates.headers).toBeNull();
  });

  it('compiles headers when they are formatted, their values only', () => {
    const { templates } = compile({
      headers: { 'X-Give-{{some}}': 'some tests {{ some }}' },
      headers_format: true,
    });
    expect(Object.keys(templates.headers ?? {})).toEqual(['X-Give-{{some}}']);
    expect(templates.headers?.['X-Give-{{some}}']?.render(contextOf({ some: 'data' }))).toBe(
      'some tests data',
    );
  });

  it('compiles nothing that is not formatted, whatever it holds', () => {
    const { templates, findings, reads } = compile({
      payload: { a: '{{#if' },
      payload_format: false,
      body: '{{',
      body_format: false,
      headers: { a: '{{' },
    });
    expect(templates).toEqual({ payload: null, body: null, headers: null });
    expect([findings, reads]).toEqual([[], []]);
  });

  it('leaves references as they are', () => {
    const reference = '{vault://env/token}';
    const { templates, reads } = compile({
      payload: { a: [reference, '{{x}}'] },
      headers: { a: reference, b: '{{y}}' },
      headers_format: true,
    });
    expect(templates.payload?.render(contextOf({ x: 1 }))).toEqual({ a: [reference, '1'] });
    expect(Object.keys(templates.headers ?? {})).toEqual(['b']);
    expect(reads.map(({ read }) => read.path)).toEqual([['y'], ['x']]);
  });

  it.each([
    [{}, 'json'],
    [{ 'content-type': 'application/json; charset=utf-8' }, 'json'],
    [{ 'Content-Type': 'application/cloudevents+JSON' }, 'json'],
    [{ 'CONTENT-TYPE': 'application/x-www-form-urlencoded' }, 'form'],
    [{ 'content-type': 'text/plain' }, 'raw'],
    [{ 'content-type': 'text/html' }, 'raw'],
    [{ 'content-type': 'multipart/form-data; boundary=b' }, 'raw'],
    [{ 'x-content-type': 'text/plain' }, 'json'],
  ])('escapes the values of a body with %j as %s', (headers, escaping) => {
    const expected = { json: '\\"&<', form: '%22%26%3C', raw: '"&<' }[escaping];
    expect(
      compile({ headers: headers as Record<string, string>, body: '{{x}}' }).templates.body?.render(
        contextOf({
          x: '"&<',
        }),
      ),
    ).toBe(expected);
  });

  it('does not escape in payload and headers: what encodes them does', () => {
    const { templates } = compile({ payload: { a: '{{x}}' }, headers: { a: '{{x}}' }, headers_format: true });
    expect(templates.payload?.render(contextOf({ x: '"&<' }))).toEqual({ a: '"&<' });
    expect(templates.headers?.a?.render(contextOf({ x: '"&<' }))).toBe('"&<');
  });

  it('tells what is read, and where', () => {
    const { reads } = compile({
      payload: { a: '{{x.y}}\n{{#each list as |i|}}{{i.q}}{{/each}}', b: '{{x}}' },
      body: '{{this}} {{x}}',
    });
    const shown = reads.map(({ path, read: { place, ...read } }) => ({
      ...read,
      at: `${path.join('.')} ${place.line}:${place.column}`,
    }));
    expect(shown).toEqual([
      { path: ['x', 'y'], isLooped: false, at: 'config.payload.a 1:3' },
      { path: ['list'], isLooped: true, at: 'config.payload.a 2:9' },
      { path: ['list', null, 'q'], isLooped: false, at: 'config.payload.a 2:24' },
      { path: ['x'], isLooped: false, at: 'config.payload.b 1:3' },
      { path: ['x'], isLooped: false, at: 'config.body 1:12' },
    ]);
  });

  it('refuses a template at the place of what is wrong with it', async () => {
    const text = `source: crud
handler: webhook-custom
config:
  method: POST
  url: http://a.example
  payload:
    text: |
      {{ operation }}d
      {{ shout entity }}
`;
    expect(await problemOf(text)).toEqual({
      code: 'template_invalid',
      severity: 'error',
      file: 'hook.yaml',
      line: 9,
      column: 10,
      path: 'config.payload.text',
      message: expect.stringMatching(
        /^Cannot compile the template: unknown helper "shout"; known are [a-z, ]+$/,
      ),
      hint: 'A template is as "{{ entity.name }}" or "{{#if entity.name}}…{{/if}}"',
    });
  });

  it('refuses every template that is wrong, not only the first', async () => {
    const text = `source: crud
handler: webhook-custom
config:
  method: POST
  url: http://a.example
  headers: { x-a: "{{", x-b: "{{operation}}", x-c: "{{#if x}}" }
  headers_format: true
  payload: { a: "{{", b: ["{{operation}}", { c: "}}{{/if}}" }] }
  body: "{{ some"
`;
    expect(await briefsOf(text)).toEqual([
      '6:22 template_invalid config.headers.x-a',
      '6:62 template_invalid config.headers.x-c',
      '8:20 template_invalid config.payload.a',
      '8:52 template_invalid config.payload.b[1].c',
      '9:13 template_invalid config.body',
    ]);
  });
});
