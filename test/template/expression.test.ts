import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { toContext } from '../../src/template/template.ts';
import { refusalOf, renderTemplate } from '../helpers/render-template.ts';

const CONTEXT: JsonObject = {
  name: 'Jane',
  zero: 0,
  empty: '',
  no: false,
  none: null,
  list: [1, 'b'],
  nothing: [],
  tree: { a: 1, b: { c: 2 } },
  other: { b: { c: 2 }, a: 1 },
};

describe('helpers', () => {
  it.each([
    ['{{json name}}', '"Jane"'],
    ['{{json list}}', '[1,"b"]'],
    ['{{json none}} {{json missing}}', 'null null'],
    ['{{default name "x"}}', 'Jane'],
    ['{{default missing "x"}}{{default none "x"}}{{default empty "x"}}', 'xxx'],
    ['{{default zero "x"}}{{default no "x"}}', '0false'],
    ['{{default missing.deep name}}', 'Jane'],
    [
      '{{default missing 5}}{{default missing true}}{{default missing null}}{{default missing undefined}}',
      '5true',
    ],
    ['{{upper name}} {{lower name}} {{upper zero}}{{upper missing}}', 'JANE jane 0'],
    ['{{upper tree}}', '{"A":1,"B":{"C":2}}'],
    ['{{eq name "Jane"}} {{eq name "jane"}} {{eq zero 0}} {{eq zero "0"}}', 'true false true false'],
    ['{{ne name "Jane"}} {{ne name "jane"}}', 'false true'],
    ['{{eq missing undefined}} {{eq missing null}} {{eq none null}}', 'true false true'],
    ['{{eq tree other}} {{eq tree list}} {{eq tree null}} {{ne tree other}}', 'true false false false'],
    ['{{and name list}} {{and name zero}} {{and name list no}} {{and name}}', 'true false false true'],
    ['{{or zero name}} {{or zero empty}} {{or zero empty list}} {{or nothing}}', 'true false true false'],
    [
      '{{not name}} {{not zero}} {{not empty}} {{not nothing}} {{not none}} {{not missing}} {{not tree}}',
      'false true true true true true false',
    ],
    ['{{upper (default missing (lower name))}}', 'JANE'],
    ['{{#if (or (eq name "x") (not zero))}}yes{{/if}}', 'yes'],
    ["{{eq name 'Jane'}} {{default missing -1.5}}", 'true -1.5'],
    ['{{json list 2}}', '[\n  1,\n  "b"\n]'],
    ['{{json list name}}{{json list 0}}', '[1,"b"][1,"b"]'],
    ['{{truncate name 4}} {{truncate name 3}} {{truncate name 1}}', 'Jane Ja… …'],
    ['{{truncate name 0}}{{truncate name missing}}{{truncate name "3"}}{{truncate missing 3}}', ''],
    ['{{truncate tree 9}} {{truncate list 9}}', '{"a":1,"… [1,"b"]'],
    ['{{replace name "a" "oa"}} {{replace name "x" "y"}} {{replace name "" "x"}}', 'Joane Jane Jane'],
    ['{{replace name "ne" "$&"}}{{replace name "J" missing}}{{replace zero 0 1}}', 'Ja$&ane1'],
    ['{{replace missing "a" "b"}}{{replace tree ":" "="}}', '{"a"=1,"b"={"c"=2}}'],
    ['{{slack "<!channel> & <b>"}}{{slack missing}}', '&lt;!channel&gt; &amp; &lt;b&gt;'],
  ])('%s', (text, expected) => {
    expect(renderTemplate(text, CONTEXT)).toBe(expected);
  });

  it('are only what is called: a name without arguments is a field, also when a helper has it', () => {
    expect(renderTemplate('{{json}} {{default lower "-"}}', { json: 'a field', lower: 'another' })).toBe(
      'a field another',
    );
  });

  it.each([
    ['{{shout name}}', 'unknown helper "shout"; known are json, default, upper', 1, 3],
    ['line\n  {{#if (shout name)}}{{/if}}', 'unknown helper "shout"', 2, 10],
    ['{{lookup list 0}}', 'unknown helper "lookup"', 1, 3],
    ['{{log name}}', 'unknown helper "log"', 1, 3],
    ['{{constructor name}}', 'unknown helper "constructor"', 1, 3],
    ['{{__proto__ name}}', 'unknown helper "__proto__"', 1, 3],
    ['{{helperMissing name}}', 'unknown helper "helperMissing"', 1, 3],
    ['{{name.shout zero}}', 'unknown helper "name.shout"', 1, 3],
    ['{{json name zero list}}', 'helper "json" takes 1 to 2 arguments: got 3', 1, 1],
    ['{{upper name zero}}', 'helper "upper" takes 1 argument: got 2', 1, 1],
    ['{{truncate name}}', 'helper "truncate" takes 2 arguments: got 1', 1, 1],
    ['a {{default name}}', 'helper "default" takes 2 arguments: got 1', 1, 3],
    ['{{eq name}}', 'helper "eq" takes 2 arguments: got 1', 1, 1],
    ['{{json name indent=2}}', 'named arguments are not supported', 1, 13],
    ['{{name indent=2}}', 'named arguments are not supported', 1, 8],
    ['{{> header}}', 'partials are not supported', 1, 1],
    ['a\n{{> (lookup . "x")}}', 'partials are not supported', 2, 1],
    ['{{#> layout}}x{{/layout}}', 'partials are not supported', 1, 1],
    ['{{#*inline "x"}}y{{/inline}}', 'DecoratorBlock is not supported', 1, 1],
    ['{{* decorate}}', 'Decorator is not supported', 1, 1],
  ])('refuses %j', (text, message, line, column) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toContain(message);
    expect(refusal).toMatchObject({ line, column });
  });
});

describe('truncate', () => {
  it('never leaves half of a character, and never more than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const short = renderTemplate('{{truncate text limit}}', { text, limit });
        expect(short.length).toBeLessThanOrEqual(limit);
        expect(short.isWellFormed()).toBe(true);
        expect(short === text || (short.endsWith('…') && text.startsWith(short.slice(0, -1)))).toBe(true);
      }),
    );
  });
});

describe('json with an indent', () => {
  it('stays in one line when it is so deep and wide that most of it would be spaces', () => {
    const list = JSON.stringify(Array.from({ length: 20_000 }, () => 1));
    const deep = JSON.parse(`${'['.repeat(127)}${list}${']'.repeat(127)}`);
    expect(renderTemplate('{{json deep 2}}', { deep })).toBe(JSON.stringify(deep));
  });
});

describe('@event', () => {
  const event = {
    id: 'event-1',
    source: 'billing',
    event: 'paid',
    time: 'now',
    data: { id: 7, event: 'mine' },
  };
  const context = toContext(event);

  it.each([
    ['{{id}} {{event}} {{source}} {{time}}', 'event-1 paid billing now'],
    ['{{@event.id}} {{@event.data.id}} {{@event.data.event}} {{@event.data.missing.x}}', 'event-1 7 mine '],
    ['{{json @event}}', JSON.stringify(event)],
    ['{{#each @event.data as |value key|}}{{key}}={{value}} {{/each}}', 'id=7 event=mine '],
    ['{{#with @event.data as |data|}}{{data.id}}{{id}}{{@event.id}}{{/with}}', '77event-1'],
    ['{{@event.constructor}}{{@event.data.__proto__}}', ''],
  ])('is the event by itself, whatever its data hides or has hidden: %s', (text, expected) => {
    expect(compileTemplate(text, { escaping: 'raw' }).render(context)).toBe(expected);
  });

  it('reads nothing that the catalogue would have to list', () => {
    const text =
      '{{@event.data.x}}{{#with @event.data}}{{y}}{{/with}}{{#each @event.data.list}}{{z}}{{/each}}';
    expect(compileTemplate(text, { escaping: 'raw' }).reads).toEqual([]);
  });
});

describe('paths', () => {
  it.each([
    ['{{constructor}}{{constructor.name}}{{name.constructor}}{{tree.constructor.name}}'],
    ['{{__proto__}}{{tree.__proto__.a}}{{__proto__.constructor}}{{list.__proto__}}'],
    ['{{hasOwnProperty}}{{toString}}{{tree.valueOf}}{{list.map}}{{list.constructor.name}}'],
    ['{{name.length}}{{tree.length}}{{zero.toFixed}}{{name.[0]}}'],
    ['{{tree.[constructor]}}{{#with tree}}{{constructor}}{{/with}}{{#each list}}{{constructor}}{{/each}}'],
    ['{{@root.constructor}}{{@root.__proto__}}'],
  ])('do not see prototypes: %s', (text) => {
    expect(renderTemplate(text, CONTEXT)).toBe('');
  });

  it('read keys of the data by such names', () => {
    const context = JSON.parse('{"constructor":"c","__proto__":{"x":"p"},"length":"l"}') as JsonObject;
    expect(renderTemplate('{{constructor}}{{__proto__.x}}{{length}}', context)).toBe('cpl');
  });

  it('know the length of a list', () => {
    expect(renderTemplate('{{list.length}}{{nothing.length}}', CONTEXT)).toBe('20');
  });

  it.each([
    ['{{tree.b.c}}', '2'],
    ['{{tree/b/c}}', '2'],
    ['{{[name]}} {{tree.[b].c}}', 'Jane 2'],
    ['{{this.name}} {{./name}} {{@root.name}}', 'Jane Jane Jane'],
    ['{{json this}}', JSON.stringify(CONTEXT)],
  ])('%s', (text, expected) => {
    expect(renderTemplate(text, CONTEXT)).toBe(expected);
  });

  it('may hold any character in brackets', () => {
    expect(renderTemplate('{{a-b}} {{[a b]}} {{[a.b]}}', { 'a-b': 1, 'a b': 2, 'a.b': 3 })).toBe('1 2 3');
  });

  it.each([
    ['{{../name}}', '"../name" goes further out than there are blocks', 1, 3],
    ['{{#with tree}}\n{{../../name}}{{/with}}', 'goes further out than there are blocks', 2, 3],
    ['{{#if name}}{{../name}}{{/if}}', 'goes further out than there are blocks', 1, 15],
    ['{{@index}}', '"@index" goes further out than there are loops', 1, 3],
    ['{{#with tree}}{{@key}}{{/with}}', '"@key" goes further out than there are loops', 1, 17],
    ['{{#each list}}{{@../index}}{{/each}}', '"@../index" goes further out than there are loops', 1, 17],
    ['{{@level}}', 'unknown variable "@level"', 1, 3],
    ['{{#each list}}{{@index.x}}{{/each}}', 'unknown variable "@index.x"', 1, 17],
  ])('refuse what can be nowhere: %j', (text, message, line, column) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toContain(message);
    expect(refusal).toMatchObject({ line, column });
  });
});

describe('the paths a template reads', () => {
  it.each([
    ['no path', 'text {{! comment }} {{"literal"}} {{12}}', []],
    ['each once it is read', '{{a}} {{a.b}} {{a}}', [['a'], ['a', 'b'], ['a']]],
    ['arguments of helpers, at any depth', '{{upper (default a.b c)}}', [['a', 'b'], ['c']]],
    [
      'conditions and both branches',
      '{{#if a}}{{b}}{{else if c}}{{d}}{{else}}{{e}}{{/if}}',
      [['a'], ['b'], ['c'], ['d'], ['e']],
    ],
    [
      'from the root below with',
      '{{#with a.b}}{{c}}{{this.d}}{{../e}}{{else}}{{f}}{{/with}}',
      [['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'd'], ['e'], ['f']],
    ],
    [
      'from the root below each',
      '{{#each a}}{{b}}{{@root.c}}{{@index}}{{else}}{{d}}{{/each}}',
      [['a'], ['a', null, 'b'], ['c'], ['d']],
    ],
    [
      'block parameters',
      '{{#each a as |item key|}}{{item.b}}{{key}}{{key.c}}{{d}}{{/each}}',
      [['a'], ['a', null, 'b'], ['a', null, 'd']],
    ],
    [
      'the parameter of with',
      '{{#with a as |x|}}{{x.b}}{{#with c}}{{x.d}}{{/with}}{{/with}}',
      [['a'], ['a', 'b'], ['a', 'c'], ['a', 'd']],
    ],
    [
      'blocks within blocks',
      '{{#each a}}{{#each b}}{{c}}{{../d}}{{../../e}}{{/each}}{{/each}}',
      [['a'], ['a', null, 'b'], ['a', null, 'b', null, 'c'], ['a', null, 'd'], ['e']],
    ],
    [
      'nothing of what a helper made',
      '{{#with (default a b)}}{{c}}{{@root.d}}{{../e}}{{/with}}',
      [['a'], ['b'], ['d'], ['e']],
    ],
    ['an inverted block', '{{^each a}}{{b}}{{/each}}', [['a'], ['b']]],
    ['not this itself', '{{this}}{{.}}{{#each this}}{{a}}{{/each}}', [[null, 'a']]],
  ])('%s', (_what, text, paths) => {
    expect(compileTemplate(text, { escaping: 'raw' }).reads.map(({ path }) => path)).toEqual(paths);
  });
});
