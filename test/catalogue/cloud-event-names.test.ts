import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import type { CloudEventName } from '../../src/catalogue/cloud-event-names.ts';
import { loadText, toBrief } from '../helpers/load-text.ts';

/** Each source by its name, as YAML in one line. */
type Sources = Readonly<Record<string, string>>;

function build(sources: Sources): ReturnType<typeof buildCatalogue> {
  const documents = Object.entries(sources).map(
    ([name, rest]) => loadText(`kind: EventSource\nname: ${name}\n${rest}\n`, `${name}.yaml`).definitions,
  );
  return buildCatalogue(documents.flat());
}

function nameOf(sources: Sources, source: string, type: string): CloudEventName {
  const { catalogue, problems } = build(sources);
  expect(problems).toEqual([]);
  return catalogue.nameCloudEvent({ source, type });
}

/** "source event", with a star behind it when ids are shared. */
function brief(sources: Sources, source: string, type: string): string {
  const name = nameOf(sources, source, type);
  if (name.kind === 'unnamed') return name.message;
  return `${name.source} ${name.event}${name.isShared ? ' *' : ''}`;
}

describe('a CloudEvent no source has a pattern for', () => {
  it.each([
    ['billing', 'billing paid'],
    ['/billing', 'billing paid'],
    ['/a/billing/', 'billing paid'],
    ['https://example.com/a/billing', 'billing paid'],
    ['https://example.com/billing?a=/b#/c', 'billing paid'],
    ['//example.com/billing', 'billing paid'],
    ['urn:example:billing', 'example:billing paid'],
    ['https://example.com/dao:crud', 'dao:crud paid'],
  ])('of source %s is named after the last path segment: %s', (source, expected) => {
    expect(brief({}, source, 'paid')).toBe(expected);
  });

  it.each(['https://example.com', 'https://example.com/', '/', '?a=b', '#a'])(
    'of source %s is none',
    (source) => {
      expect(nameOf({}, source, 'paid')).toEqual({
        kind: 'unnamed',
        message: `No source takes CloudEvents of source "${source}" and type "paid"`,
        hint: `Declare an EventSource with cloudevents: { source: "${source}" }`,
      });
    },
  );

  it('is an event by the type the event says', () => {
    const sources = { billing: 'events: { paid: { cloudevents: { type: com.example.*.Paid } } }' };
    expect(brief(sources, '/billing', 'com.example.v2.Paid')).toBe('billing paid');
    expect(brief(sources, '/billing', 'paid')).toBe('billing paid');
    expect(brief(sources, '/other', 'com.example.v2.Paid')).toBe('other com.example.v2.Paid');
  });
});

describe('a CloudEvent that fits the patterns of a source', () => {
  const BILLING = {
    billing: `cloudevents: { source: "https://example.com/billing", type: "com.example.billing.*" }
events: { invoice.paid: {}, voided: { cloudevents: { type: com.example.billing.v2.InvoiceVoided } }, void: { cloudevents: { type: "org.legacy.*.Void" } } }`,
  };

  it.each([
    ['com.example.billing.invoice.paid', 'billing invoice.paid'],
    ['com.example.billing.v2.InvoiceVoided', 'billing voided'],
    ['com.example.billing.v2.Other', 'billing v2.Other'],
    ['org.legacy.v1.Void', 'billing void'],
  ])('of type %s is %s', (type, expected) => {
    expect(brief(BILLING, 'https://example.com/billing', type)).toBe(expected);
  });

  it('is none when its type fits no pattern, or its source does not, though its name does', () => {
    for (const [source, type] of [
      ['https://example.com/billing', 'com.example.shipping.sent'],
      ['https://example.org/billing', 'com.example.billing.invoice.paid'],
    ] as const)
      expect(nameOf(BILLING, source, type)).toEqual({
        kind: 'unnamed',
        message: `No source takes CloudEvents of source "${source}" and type "${type}"`,
        hint: 'Source "billing" takes those of source "https://example.com/billing"',
      });
  });

  it('shares ids with those of other sources where the pattern has a star', () => {
    const sources = { billing: 'cloudevents: { source: "https://*/billing" }\nevents: { paid: {} }' };
    expect(brief(sources, 'https://eu/billing', 'paid')).toBe('billing paid *');
  });

  it('takes only types that events say when the type is null', () => {
    const sources = {
      billing:
        'cloudevents: { source: /billing, type: null }\nevents: { paid: { cloudevents: { type: Paid } }, lost: {} }',
    };
    expect(brief(sources, '/billing', 'Paid')).toBe('billing paid');
    expect(nameOf(sources, '/billing', 'lost').kind).toBe('unnamed');
  });

  it('names one of a built-in source too', () => {
    const sources = { crud: 'cloudevents: { source: /kong, type: "kong.*" }\nevents: { widgets: {} }' };
    expect(brief(sources, '/kong', 'kong.consumers')).toBe('crud consumers');
  });
});

describe('a CloudEvent that fits the patterns of several sources', () => {
  const SOURCES = {
    rest: 'cloudevents: { source: "*" }\nevents: { a: {} }',
    site: 'cloudevents: { source: "https://example.com/*" }\nevents: { a: {} }',
    billing: 'cloudevents: { source: "https://example.com/*", type: "com.billing.*" }\nevents: { a: {} }',
    one: 'cloudevents: { source: "https://example.com/one", type: "com.one.*" }\nevents: { a: {} }',
    left: 'cloudevents: { source: "x*" }\nevents: { a: {} }',
    right: 'cloudevents: { source: "*x" }\nevents: { a: {} }',
  };

  it.each([
    ['https://example.org/', 'a', 'rest a *'],
    ['https://example.com/a', 'a', 'site a *'],
    ['https://example.com/a', 'com.billing.a', 'billing a *'],
    ['https://example.com/one', 'com.one.a', 'one a'],
    // The exact source has no pattern for these types.
    ['https://example.com/one', 'com.billing.a', 'billing a *'],
    ['https://example.com/one', 'a', 'site a *'],
    ['x', 'a', 'right a *'],
  ])('of source %s and type %s is %s: the pattern that says most', (source, type, expected) => {
    expect(brief(SOURCES, source, type)).toBe(expected);
  });

  it('is the same whatever the order of the files', () => {
    const reversed = Object.fromEntries(Object.entries(SOURCES).toReversed());
    expect(brief(reversed, 'x', 'a')).toBe('right a *');
    expect(brief(reversed, 'https://example.com/a', 'com.billing.a')).toBe('billing a *');
  });
});

describe('the same pattern twice', () => {
  it('is a problem of the second source, and names the first', () => {
    const { problems } = build({
      a: 'cloudevents: { source: "https://x/*" }\nevents: { e: {} }',
      b: 'cloudevents:\n  source: "https://x/*"\nevents: { e: {} }',
    });
    expect(problems.map(toBrief)).toEqual(['3:1 cloudevents_duplicate cloudevents']);
    expect(problems[0]).toMatchObject({
      file: 'b.yaml',
      message:
        'Duplicate pattern: CloudEvents of source "https://x/*" and type "*" are a * already (a.yaml:1)',
    });
  });

  it('is a problem of the second event of a source', () => {
    const twice = 'events: { e: { cloudevents: { type: T } }, f: { cloudevents: { type: T } } }';
    expect(build({ a: twice }).problems).toMatchObject([
      {
        code: 'cloudevents_duplicate',
        path: 'events.f.cloudevents.type',
        message: 'Duplicate pattern: CloudEvents of type "T" are a e already (a.yaml:1)',
      },
    ]);
    expect(build({ a: `cloudevents: { source: s }\n${twice}` }).problems).toHaveLength(1);
  });

  it('is none for events of two sources that go by their names', () => {
    const event = 'events: { e: { cloudevents: { type: T } } }';
    expect(build({ a: event, b: event }).problems).toEqual([]);
  });
});

describe('patterns that cannot be used', () => {
  it.each([
    ['cloudevents: {}', '3:14 missing_key cloudevents'],
    ['cloudevents: { source: "" }', '3:24 bad_value cloudevents.source'],
    ['cloudevents: { source: a, type: com.example }', '3:33 bad_value cloudevents.type'],
    ['cloudevents: { source: a, type: "*.*" }', '3:33 bad_value cloudevents.type'],
    ['cloudevents: { source: a, kind: b }', '3:27 unknown_key cloudevents.kind'],
    ['cloudevents: a', '3:14 wrong_type cloudevents'],
  ])('%s: %s', (text, expected) => {
    const { problems } = loadText(`kind: EventSource\nname: a\n${text}\nevents: { e: {} }\n`);
    expect(problems.map(toBrief)).toEqual([expected]);
  });

  it('says of a type without a star what it is for', () => {
    const { problems } = loadText(
      'kind: EventSource\nname: a\ncloudevents: { source: a, type: com.example }\nevents: { e: {} }\n',
    );
    expect(problems[0]?.hint).toContain('with one "*": what it stands for is the name of the event');
  });
});
