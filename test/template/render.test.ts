import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { TemplateRenderError } from '../../src/template/render-cost.ts';
import { renderTemplate } from '../helpers/render-template.ts';

const MIB = 1024 * 1024;

/** What rendering says when it gives up. */
function failureOf(text: string, context: JsonObject): string {
  try {
    renderTemplate(text, context);
  } catch (error) {
    if (error instanceof TemplateRenderError) return error.message;
    throw error;
  }
  return 'it rendered';
}

describe('the limits of rendering', () => {
  const list = Array.from({ length: 1_000 }, (_, index) => index);

  it('are not reached by a template of 1 MiB of text', () => {
    expect(renderTemplate('{{a}}{{a}}', { a: 'x'.repeat(MIB / 2) })).toHaveLength(MIB);
  });

  it.each([
    ['a value', '{{a}}{{a}}b', { a: 'x'.repeat(MIB / 2) }],
    ['raw values', '{{{a}}}{{{a}}}b', { a: 'x'.repeat(MIB / 2) }],
    ['text of its own', `{{#each list}}${'x'.repeat(2_000)}{{/each}}`, { list }],
    ['the whole event, again and again', '{{#each list}}{{@root}}{{/each}}', { list }],
  ])('end a template that makes more than 1 MiB of %s', (_what, text, context) => {
    expect(failureOf(text, context)).toBe(
      'Cannot render the template: it makes more than 1048576 characters',
    );
  });

  it.each([
    [
      'loops within loops',
      '{{#each list}}{{#each @root.list}}{{#each @root.list}}{{no}}{{/each}}{{/each}}{{/each}}',
    ],
    [
      'loops with nothing in them',
      '{{#each list}}{{#each @root.list}}{{#each @root.list}}{{/each}}{{/each}}{{/each}}',
    ],
    [
      'conditions with nothing in them',
      '{{#each list}}{{#each @root.list}}{{#if this}}{{/if}}{{/each}}{{/each}}',
    ],
  ])('end %s', (_what, text) => {
    expect(failureOf(text, { list })).toBe('Cannot render the template: it takes more than 100000 steps');
  });

  it.each([
    ['{{#each list}}{{#if (json @root.big)}}{{/if}}{{/each}}'],
    ['{{#each list}}{{#if (eq (upper @root.big) "x")}}{{/if}}{{/each}}'],
    ['{{#each list}}{{#if (eq @root.one @root.two)}}{{/if}}{{/each}}'],
  ])('end texts that are made and never shown: %s', (text) => {
    const big = 'x'.repeat(MIB);
    const context = { list, big, one: { big }, two: { big } };
    expect(failureOf(text, context)).toBe(
      'Cannot render the template: its helpers make more than 67108864 characters',
    );
  });

  it('count what replace would make before it makes any of it', () => {
    const failure = failureOf('{{replace text "a" long}}', { text: 'a'.repeat(MIB), long: 'x'.repeat(MIB) });
    expect(failure).toBe('Cannot render the template: its helpers make more than 67108864 characters');
  });

  it('leave the template usable for the next event', () => {
    expect(failureOf('{{a}}', { a: 'x'.repeat(MIB + 1) })).toContain('characters');
    expect(renderTemplate('{{a}}', { a: 'x' })).toBe('x');
  });
});
