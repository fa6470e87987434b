import { describe, expect, it } from 'vitest';
import { BILLING } from '../helpers/billing-source.ts';
import { prepareTexts } from '../helpers/prepare-texts.ts';

/** What is said of a body on an event of the billing source: code, the rest of its line, message and hint. */
async function saidOf(body: string, { event = 'paid', more = '' } = {}): Promise<readonly string[]> {
  const text = `source: billing\nevent: ${event}\nhandler: webhook-custom\n${more}config:\n  method: POST\n  url: http://localhost\n  body: |\n${body.replaceAll(/^/gm, '    ')}\n`;
  const { problems } = await prepareTexts({ 'source.yaml': BILLING, 'hook.yaml': text });
  return problems.map(
    ({ code, line, column, message, hint }) =>
      `${code} at ${text.split('\n')[line - 1]?.slice(column - 1)}\n  ${message}\n  ${hint}`,
  );
}

const WHOSE = 'which event "paid" of source "billing" is not known to have';

describe('what a template reads against the schema of its event', () => {
  it.each([
    [
      'a field of a field',
      'Invoice\n{{ invoice.amont }}',
      `unknown_field at invoice.amont }}
  Reads "invoice.amont", ${WHOSE}
  Did you mean "invoice.amount"? Known fields: number, amount, status, level, late, note, at, tags and 5 more`,
    ],
    [
      'a field of what is no object',
      '{{invoice.number.x}}',
      `unknown_field at invoice.number.x}}
  Reads "invoice.number.x", but "invoice.number" is a string
  null`,
    ],
    [
      'a field of a list',
      '{{invoice.lines.sku}}',
      `unknown_field at invoice.lines.sku}}
  Reads "invoice.lines.sku", but "invoice.lines" is a list
  null`,
    ],
    [
      'a field of an item',
      '{{#each invoice.lines}}\n{{sku}} {{skuu}}\n{{/each}}',
      `unknown_field at skuu}}
  Reads "invoice.lines[].skuu", ${WHOSE}
  Did you mean "sku"? Known fields: sku, amount`,
    ],
    [
      'a field of a named item',
      '{{#each invoice.lines as |line n|}}{{n}} {{line.x}}{{/each}}',
      `unknown_field at line.x}}{{/each}}
  Reads "invoice.lines[].x", ${WHOSE}
  Known fields: sku, amount`,
    ],
    [
      'a field of the third item',
      '{{invoice.lines.[2].skuu}}',
      `unknown_field at invoice.lines.[2].skuu}}
  Reads "invoice.lines.2.skuu", ${WHOSE}
  Did you mean "invoice.lines.2.sku"? Known fields: sku, amount`,
    ],
    [
      'a field below with',
      '{{#with customer}}{{name}}{{/with}}',
      `unknown_field at name}}{{/with}}
  Reads "customer.name", ${WHOSE}
  Known fields: id`,
    ],
    [
      'an argument',
      '{{default invoice.nots "none"}}',
      `unknown_field at invoice.nots "none"}}
  Reads "invoice.nots", ${WHOSE}
  Did you mean "invoice.note"? Known fields: number, amount, status, level, late, note, at, tags and 5 more`,
    ],
    [
      'a name of the event, misspelt',
      '{{sorce}}',
      `unknown_field at sorce}}
  Reads "sorce", ${WHOSE}
  Did you mean "source"? Known fields: invoice, customer`,
    ],
    [
      'what the event hides',
      '{{source.name}}',
      `unknown_field at source.name}}
  Reads "source.name", but "source" is a string
  Where the data has it: {{ @event.data.source.name }}`,
    ],
    [
      'a loop over a text',
      '{{#each invoice.number}}{{this}}{{/each}}',
      `template_type at invoice.number}}{{this}}{{/each}}
  Loops over "invoice.number", which is a string
  An #each goes over the items of a list, or the values of an object`,
    ],
    [
      'a path, twice',
      '{{x}} {{x}}\n{{x}}',
      `unknown_field at x}} {{x}}
  Reads "x", ${WHOSE}
  Known fields: invoice, customer`,
    ],
  ])('tells of %s', async (_what, body, said) => {
    expect(await saidOf(body)).toEqual([said]);
  });

  it.each([
    'nothing',
    '{{event}} {{source}} {{id}} {{time}} {{@event.data.x.y}} {{@root.invoice.number}}',
    '{{invoice.number}} {{invoice.lines.[0].sku}} {{invoice.lines.length}} {{json invoice}} {{invoice.free.a.b}}',
    '{{#each invoice.lines as |line|}}{{line.sku}}{{../invoice.number}}{{@index}}{{this.amount}}{{/each}}',
    '{{#each invoice.by_sku}}{{@key}}{{sku}}{{/each}}{{invoice.by_sku.x.amount}}{{#each invoice}}{{sku}}{{/each}}',
    '{{#each invoice.anything}}{{x.y}}{{/each}}{{#each invoice.free}}{{x.y}}{{/each}}{{#each invoice.tags}}{{this}}{{/each}}',
    '{{#with invoice}}{{number}}{{#with free}}{{x}}{{/with}}{{/with}}{{#if invoice.late}}{{invoice.status}}{{/if}}',
    '{{#each this}}{{id}}{{/each}}{{#with (default invoice customer)}}{{x}}{{/with}}',
  ])('says nothing of %s', async (body) => {
    expect(await saidOf(body)).toEqual([]);
  });

  it('holds a path of an order against it too', async () => {
    expect(await saidOf('', { more: 'ordered: invoice.numbr\n' })).toEqual([
      `unknown_field at invoice.numbr
  Reads "invoice.numbr", ${WHOSE}
  Did you mean "invoice.number"? Known fields: number, amount, status, level, late, note, at, tags and 5 more`,
    ]);
    for (const ordered of ['invoice.number', 'invoice.free.x'])
      expect(await saidOf('', { more: `ordered: ${ordered}\n` })).toEqual([]);
  });

  it('knows the fields of all events where a hook gets them all', async () => {
    expect(await saidOf('{{reason.x}} {{customer.id}} {{invoice.number}}', { event: '' })).toEqual([]);
    expect(await saidOf('{{invoice.nope}} {{raeson}}', { event: '' })).toEqual([
      `unknown_field at raeson}}
  Reads "raeson", which no event of source "billing" is known to have
  Did you mean "reason"? Known fields: invoice, customer, reason`,
    ]);
  });

  it('tells of a hundred at most: a template can be made to have any number', async () => {
    const body = Array.from({ length: 2_000 }, (_, n) => `{{x${n}}}`).join('\n');
    expect(await saidOf(body)).toHaveLength(100);
  });
});

describe('a mistake in a text', () => {
  it('is silenced where the text begins, for no comment can stand in it', async () => {
    const body = 'Invoice\n{{ invoice.amont }}';
    const silence = '  # hookline-ignore unknown_field: the sender adds it\n';
    const text = `source: billing\nevent: paid\nhandler: webhook-custom\nconfig:\n  method: POST\n  url: http://localhost\n${silence}  body: |\n    ${body.replaceAll('\n', '\n    ')}\n`;
    const { problems } = await prepareTexts({ 'source.yaml': BILLING, 'hook.yaml': text });
    expect(problems).toEqual([]);
    const other = await prepareTexts({
      'source.yaml': BILLING,
      'hook.yaml': text.replace('unknown_field', 'never_matches'),
    });
    expect(other.problems.map(({ code }) => code)).toEqual(['silence_unused', 'unknown_field']);
  });

  it('says where it is in the text when the file does not show it', async () => {
    const config = '  method: POST\n  url: http://localhost\n  payload: { a: &a "one {{ nope }}", b: *a }\n';
    const text = `source: balancer\nhandler: webhook-custom\nconfig:\n${config}`;
    const { problems } = await prepareTexts({ 'hook.yaml': text });
    expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '6:28 Reads "nope", which no event of source "balancer" is known to have',
      '6:41 Reads "nope", which no event of source "balancer" is known to have (line 1, column 8 of the template)',
    ]);
  });
});
