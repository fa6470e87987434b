import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import type { CloudEventOrigin } from '../../src/catalogue/cloud-event-names.ts';
import { toCloudEventOrigin } from '../../src/catalogue/cloud-event-origin.ts';
import { loadText } from '../helpers/load-text.ts';

const URL = 'https://billing.example.com';

function build(cloudevents: string, events = 'paid: {}'): ReturnType<typeof buildCatalogue> {
  const text = `kind: EventSource\nname: billing\n${cloudevents}\nevents:\n  ${events}\n`;
  return buildCatalogue(loadText(text).definitions);
}

function originOf(cloudevents: string, event = 'paid', events?: string): CloudEventOrigin {
  const source = build(cloudevents, events).declared.get('billing')?.source ?? null;
  return toCloudEventOrigin({ source: 'billing', event }, source);
}

describe('toCloudEventOrigin()', () => {
  it('is the name below Hookline, and the event, where no source says otherwise', () => {
    const expected = { source: '/hookline/dao:crud', type: 'routes:create' };
    expect(toCloudEventOrigin({ source: 'dao:crud', event: 'routes:create' }, null)).toEqual(expected);
    expect(originOf('')).toEqual({ source: '/hookline/billing', type: 'paid' });
  });

  it.each([
    ['the source it takes', `{ source: "${URL}" }`, { source: URL, type: 'paid' }],
    [
      'the type around the event',
      `{ source: "${URL}", type: "com.*.v1" }`,
      { source: URL, type: 'com.paid.v1' },
    ],
    [
      'the event, where only events say types',
      `{ source: "${URL}", type: null }`,
      { source: URL, type: 'paid' },
    ],
    [
      'its name, where it takes several sources',
      '{ source: "https://*/x" }',
      { source: '/hookline/billing', type: 'paid' },
    ],
  ])('is %s', (_what, cloudevents, expected) => {
    expect(originOf(`cloudevents: ${cloudevents}`)).toEqual(expected);
  });

  it('is the type the event says, where that is one', () => {
    const cloudevents = `cloudevents: { source: "${URL}", type: "com.*" }`;
    const typed = (type: string): string => `paid: { cloudevents: { type: "${type}" } }`;
    expect(originOf(cloudevents, 'paid', typed('com.example.Paid'))).toEqual({
      source: URL,
      type: 'com.example.Paid',
    });
    expect(originOf(cloudevents, 'paid', typed('com.*.Paid'))).toEqual({ source: URL, type: 'com.paid' });
  });

  it.each(['constructor', '__proto__', '$&', "$'"])(
    'is the event as it is where it is called %s',
    (event) => {
      expect(originOf(`cloudevents: { source: "${URL}", type: "a.*.b" }`, event).type).toBe(`a.${event}.b`);
    },
  );

  it('is one that is this event again when it comes in', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/);
    const cloudevents = fc.constantFrom(
      '',
      'cloudevents: { source: "*" }',
      `cloudevents: { source: "${URL}" }`,
      `cloudevents: { source: "${URL}", type: "com.example.*" }`,
      'cloudevents: { source: "*/billing", type: "*.v1" }',
    );
    fc.assert(
      fc.property(name, cloudevents, (event, patterns) => {
        const { catalogue } = build(patterns);
        expect(catalogue.nameCloudEvent(originOf(patterns, event))).toMatchObject({
          kind: 'named',
          source: 'billing',
          event,
        });
      }),
    );
  });
});
