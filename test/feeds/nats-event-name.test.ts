import { describe, expect, it } from 'vitest';
import { createMessageNames } from '../../src/feeds/nats-event-name.ts';

const TWO = ['paid', 'voided'];

describe('the event of a message', () => {
  it.each<[subject: string | readonly string[], sent: string, event: string]>([
    ['billing.>', 'billing.invoice.paid', 'invoice.paid'],
    ['>', 'billing.paid', 'billing.paid'],
    ['orders.*.*', 'orders.eu.paid', 'paid'],
    ['orders.*.eu', 'orders.paid.eu', 'paid'],
    ['*.orders.>', 'eu.orders.paid', 'paid'],
    ['billing.paid', 'billing.paid', 'paid'],
    [['billing.>', 'orders.*.eu'], 'orders.paid.eu', 'paid'],
    [['orders.*.eu', 'billing.>'], 'billing.eu.paid', 'eu.paid'],
    ['billing.>', 'mapped.to.paid', 'paid'],
  ])('from %j and %s is %s', (subject, sent, event) => {
    const name = createMessageNames({ subject, event: null }, TWO);
    expect(name({ subject: sent, headers: {}, data: {} })).toBe(event);
  });

  it('is the only one of its source where the subject is one alone', () => {
    const message = { headers: {}, data: {}, subject: 'billing.invoices' };
    expect(createMessageNames({ subject: 'billing.invoices', event: null }, ['paid'])(message)).toBe('paid');
    expect(createMessageNames({ subject: 'billing.*', event: null }, ['paid'])(message)).toBe('invoices');
  });

  it.each<[place: string, event: string | null]>([
    ['subject:2', 'invoice'],
    ['subject:9', null],
    ['header:Event-Type', 'voided'],
    ['meta.type', 'created'],
    ['meta.nothing', null],
    ['meta', null],
  ])('is at %s where its source says so', (event, found) => {
    const name = createMessageNames({ subject: 'billing.>', event }, TWO);
    const sent = { headers: { 'event-type': 'voided' }, data: { meta: { type: 'created' } } };
    expect(name({ subject: 'billing.invoice.paid', ...sent })).toBe(found);
  });
});
