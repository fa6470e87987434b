import type { JsonObject } from '../../src/event.ts';

const LINE: JsonObject = {
  type: 'object',
  properties: { sku: { type: 'string' }, amount: { type: 'integer' } },
};

const INVOICE: JsonObject = {
  type: 'object',
  required: ['number'],
  properties: {
    number: { type: 'string' },
    amount: { type: 'number' },
    status: { enum: ['open', 'paid', 'void'] },
    level: { enum: [1, 2, null] },
    late: { type: 'boolean' },
    note: { type: ['string', 'null'] },
    at: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' } },
    labels: { type: 'array', items: { enum: ['new', 'old'] } },
    lines: { type: 'array', items: { $ref: '#/$defs/line' } },
    by_sku: { type: 'object', additionalProperties: { $ref: '#/$defs/line' } },
    free: { type: 'object' },
    anything: true,
  },
};

/** Schema of the event `paid` of the source `billing`. */
export const PAID: JsonObject = {
  type: 'object',
  properties: { invoice: INVOICE, customer: { type: 'object', properties: { id: { type: 'string' } } } },
  $defs: { line: LINE },
};

/** A source with an event of that schema. In JSON, which is YAML too. */
export const BILLING: string = JSON.stringify({
  kind: 'EventSource',
  name: 'billing',
  events: { paid: { schema: PAID }, voided: { fields: ['invoice', 'reason'] } },
});
