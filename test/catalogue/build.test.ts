import { describe, expect, it } from 'vitest';
import { buildCatalogue, type Declared } from '../../src/catalogue/build.ts';
import { BUILT_IN } from '../../src/catalogue/built-in.ts';
import type { LoadedDefinition } from '../../src/definitions/definition.ts';
import { loadText, toBrief } from '../helpers/load-text.ts';

function load(text: string, file = 'source.yaml'): readonly LoadedDefinition[] {
  return loadText(text, file).definitions;
}

const BILLING = `kind: EventSource
name: billing
events:
  paid: { description: Paid, fields: [invoice], unique: [invoice] }
  lost: {}
`;

function declaredIn(file: LoadedDefinition): Declared {
  return buildCatalogue([file]).declared;
}

describe('buildCatalogue()', () => {
  it('has what is built in when nothing is declared', () => {
    expect(buildCatalogue([])).toMatchObject({
      catalogue: { sources: BUILT_IN },
      declared: new Map(),
      problems: [],
    });
  });

  it('adds declared sources, with what they say of each event', () => {
    const { catalogue, problems } = buildCatalogue(load(BILLING));
    expect(problems).toEqual([]);
    expect([...(catalogue.sources.get('billing') ?? [])]).toEqual([
      ['paid', { description: 'Paid', fields: ['invoice'], unique: ['invoice'] }],
      ['lost', {}],
    ]);
    expect(catalogue.sources.size).toBe(BUILT_IN.size + 1);
    expect(BUILT_IN.has('billing')).toBe(false);
  });

  it('adds declared events to a built-in source, and leaves those it has', () => {
    const { catalogue, problems } = buildCatalogue(
      load('kind: EventSource\nname: crud\nevents: { widgets: { fields: [entity] } }\n'),
    );
    expect(problems).toEqual([]);
    expect(catalogue.sources.get('crud')?.size).toBe(273);
    expect(catalogue.sources.get('crud')?.get('widgets')).toEqual({ fields: ['entity'] });
    expect(BUILT_IN.get('crud')?.size).toBe(272);
  });

  it('takes names that objects have of themselves', () => {
    const { catalogue } = buildCatalogue(
      load('kind: EventSource\nname: constructor\nevents: { toString: {}, valueOf: {} }\n'),
    );
    expect([...(catalogue.sources.get('constructor')?.keys() ?? [])]).toEqual(['toString', 'valueOf']);
  });

  it('takes a source with a gateway for none to declare hooks on, unless it has events besides', () => {
    const gateway = 'kind: EventSource\nname: gateway\nkong: { admin_url: "http://kong:8001" }\n';
    const bare = buildCatalogue(load(gateway));
    expect(bare.problems).toEqual([]);
    expect(bare.catalogue.sources.has('gateway')).toBe(false);
    expect(bare.declared.get('gateway')?.source.kong?.interval).toBe(30);
    const more = buildCatalogue(load(`${gateway}events: { restarted: {} }\n`));
    expect([...(more.catalogue.sources.get('gateway')?.keys() ?? [])]).toEqual(['restarted']);
  });

  it('gives a source with a schedule the event tick, unless it says itself what that has', () => {
    const own = buildCatalogue(load('kind: EventSource\nname: a\nschedule: { cron: "@daily" }\n'));
    expect(own.problems).toEqual([]);
    expect(own.catalogue.sources.get('a')?.get('tick')).toMatchObject({ fields: ['scheduled_at', 'missed'] });
    expect(own.declared.get('a')?.source.schedule).toEqual({
      cron: '@daily',
      timezone: 'UTC',
      missed: 'once',
    });
    const said = load('kind: EventSource\nname: a\nevents: { tick: {} }\nschedule: { cron: "@daily" }\n');
    expect(buildCatalogue(said).catalogue.sources.get('a')?.get('tick')).toEqual({});
  });

  it.each(['', 'events: {}\n'])('refuses a source that has no event (%j)', (events) => {
    const { problems } = buildCatalogue(load(`kind: EventSource\nname: a\n${events}`));
    expect(problems).toMatchObject([{ code: 'source_empty', line: 1, column: 1, path: '' }]);
  });

  it('leaves hooks to others', () => {
    expect(buildCatalogue(load('source: crud\nhandler: log\n'))).toMatchObject({ problems: [] });
  });

  it('refuses a second declaration of a source and names the first', () => {
    const { catalogue, problems } = buildCatalogue([
      ...load(BILLING, 'a.yaml'),
      ...load('kind: EventSource\nname: billing\nevents: { refunded: {} }\n', 'b.yaml'),
    ]);
    expect(problems.map(toBrief)).toEqual(['2:1 source_duplicate name']);
    expect(problems[0]).toMatchObject({
      file: 'b.yaml',
      severity: 'error',
      message: 'Duplicate source "billing": a.yaml:1 declares it already',
    });
    expect(catalogue.sources.get('billing')?.has('refunded')).toBe(false);
  });

  it('has a source be that of the file it is live from, wherever another that declares it stands', () => {
    const [first, second] = ['a.yaml', 'b.yaml'].flatMap((file) => load(BILLING, file));
    if (first === undefined || second === undefined) throw new Error('Cannot load the sources');
    const { problems, declared } = buildCatalogue([first, second], declaredIn(second));
    expect(problems).toMatchObject([
      {
        code: 'source_duplicate',
        file: 'a.yaml',
        message: 'Duplicate source "billing": b.yaml:1 declares it already',
      },
    ]);
    expect(declared).toEqual(declaredIn(second));
  });

  it('has a source be that of the first of several where the one it is live from went', () => {
    const [first, second, gone] = ['a.yaml', 'b.yaml', 'c.yaml'].flatMap((file) => load(BILLING, file));
    if (first === undefined || second === undefined || gone === undefined)
      throw new Error('Cannot load the sources');
    const { problems } = buildCatalogue([first, second], declaredIn(gone));
    expect(problems).toMatchObject([{ code: 'source_duplicate', file: 'b.yaml' }]);
  });

  it('refuses to have its own source extended', () => {
    const { problems } = buildCatalogue(load('kind: EventSource\nname: hookline\nevents: { mine: {} }\n'));
    expect(problems).toMatchObject([
      { code: 'source_reserved', line: 2, column: 1, message: 'Source "hookline" is Hookline\'s own' },
    ]);
  });

  it('refuses each event that is built in, and adds none of the others', () => {
    const { catalogue, problems } = buildCatalogue(
      load('kind: EventSource\nname: crud\nevents:\n  consumers: {}\n  mine: {}\n  "routes:create": {}\n'),
    );
    expect(problems.map(toBrief)).toEqual([
      '4:3 source_reserved events.consumers',
      '6:3 source_reserved events.routes:create',
    ]);
    expect(catalogue.sources.get('crud')?.has('mine')).toBe(false);
  });
});
