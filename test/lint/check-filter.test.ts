import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/definitions/problem.ts';
import { BILLING } from '../helpers/billing-source.ts';
import { prepareTexts } from '../helpers/prepare-texts.ts';

/** What is said of a filter on an event of the billing source. */
async function problemsOf(filter: string, event: string | null = 'paid'): Promise<readonly Problem[]> {
  const hook = JSON.stringify({ source: 'billing', event, handler: 'log', filter });
  return (await prepareTexts({ 'source.yaml': BILLING, 'hook.json.yaml': hook })).problems;
}

/** Code, what is at the place up to the end of the filter, and what is said. */
async function saidOf(filter: string): Promise<readonly string[]> {
  const start = JSON.stringify({ source: 'billing', event: 'paid', handler: 'log', filter: '' }).length - 2;
  const problems = await problemsOf(filter);
  return problems.map(
    ({ code, column, message, hint }) =>
      `${code} at ${JSON.stringify(filter).slice(column - start, -1)}\n  ${message}\n  ${hint}`,
  );
}

const WHOSE = 'which event "paid" of source "billing" is not known to have';

describe('a filter against the schema of its event', () => {
  it.each([
    [
      'data.invoice.amont > 1.0',
      `unknown_field at data.invoice.amont > 1.0
  Reads "data.invoice.amont", ${WHOSE}
  Did you mean "data.invoice.amount"? Known fields: number, amount, status, level, late, note, at, tags and 5 more`,
    ],
    [
      'data.invoce.amount > 1.0',
      `unknown_field at data.invoce.amount > 1.0
  Reads "data.invoce", ${WHOSE}
  Did you mean "data.invoice"? Known fields: invoice, customer`,
    ],
    [
      'has(data.customer.name) && data.customer.name == 1',
      `unknown_field at data.customer.name) && data.customer.name == 1
  Reads "data.customer.name", ${WHOSE}
  Known fields: id`,
    ],
    [
      'true && data.invoice.number.size == 1',
      `unknown_field at data.invoice.number.size == 1
  Reads "data.invoice.number.size", but "data.invoice.number" is a string
  null`,
    ],
    [
      'data.invoice.lines.length > 0',
      `unknown_field at data.invoice.lines.length > 0
  Reads "data.invoice.lines.length", but "data.invoice.lines" is a list
  size(data.invoice.lines) is its length`,
    ],
    [
      'data.invoice.lines["0"] == {}',
      `unknown_field at data.invoice.lines[\\"0\\"] == {}
  Reads "data.invoice.lines.0", but "data.invoice.lines" is a list
  null`,
    ],
    [
      'data.invoice.lines.exists(line, line.skuu == 1)',
      `unknown_field at line.skuu == 1)
  Reads "data.invoice.lines[].skuu", ${WHOSE}
  Did you mean "sku"? Known fields: sku, amount`,
    ],
    [
      'data["invoice"]["lines"][0].skuu == 1',
      `unknown_field at data[\\"invoice\\"][\\"lines\\"][0].skuu == 1
  Reads "data.invoice.lines[].skuu", ${WHOSE}
  Did you mean "sku"? Known fields: sku, amount`,
    ],
    [
      'data.customer == {} || "name" in data.customer',
      `unknown_field at \\"name\\" in data.customer
  Reads "data.customer.name", ${WHOSE}
  Known fields: id`,
    ],
    [
      'cel.bind(line, data.invoice.lines[0], line.x == 1)',
      `unknown_field at line.x == 1)
  Reads "data.invoice.lines[].x", ${WHOSE}
  Known fields: sku, amount`,
    ],
    [
      'data.invoice.amount == "100"',
      `filter_type at data.invoice.amount == \\"100\\"
  Compares data.invoice.amount (a number) with a string: they are never equal
  Leave the quotes out: it is a number`,
    ],
    [
      '5 != data.invoice.number',
      `filter_type at 5 != data.invoice.number
  Compares 5 (an integer) with data.invoice.number (a string): they are never equal
  Write "5": it is a string`,
    ],
    [
      'data.invoice.late == "true"',
      `filter_type at data.invoice.late == \\"true\\"
  Compares data.invoice.late (true or false) with a string: they are never equal
  It is a condition by itself: data.invoice.late, or !data.invoice.late`,
    ],
    [
      'data.invoice.number == null',
      `filter_type at data.invoice.number == null
  Compares data.invoice.number (a string) with null: they are never equal
  has(data.invoice.number) tells whether it is there`,
    ],
    [
      'data.invoice.amount in ["a"]',
      `filter_type at \\"a\\"]
  Compares data.invoice.amount (a number) with a string: they are never equal
  null`,
    ],
    [
      '1 in data.invoice.tags',
      `filter_type at 1 in data.invoice.tags
  Compares 1 (an integer) with an item of data.invoice.tags (a string): they are never equal
  Write "1": it is a string`,
    ],
    [
      '"x" in data.invoice.labels',
      `never_matches at \\"x\\" in data.invoice.labels
  an item of data.invoice.labels is never "x", so this never holds
  It is one of: "new", "old"`,
    ],
    [
      '"a" in data.invoice.amount',
      `filter_type at \\"a\\" in data.invoice.amount
  Cannot use "in" on a string and data.invoice.amount (a number)
  null`,
    ],
    [
      '"a" in data.invoice.number',
      `filter_type at \\"a\\" in data.invoice.number
  Cannot use "in" on a string and data.invoice.number (a string)
  Write data.invoice.number.contains(…)`,
    ],
    [
      'data.invoice.late > 1',
      `filter_type at data.invoice.late > 1
  Cannot use ">" on data.invoice.late (true or false) and 1 (an integer)
  It is a condition by itself: data.invoice.late, or !data.invoice.late`,
    ],
    [
      'data.invoice.amount + 1 > 2',
      `filter_type at data.invoice.amount + 1 > 2
  Cannot use "+" on data.invoice.amount (a number) and 1 (an integer)
  Numbers of an event are doubles: write 1.0`,
    ],
    [
      'data.invoice.amount % 2 == 0',
      `filter_type at data.invoice.amount % 2 == 0
  Cannot use "%" on data.invoice.amount (a number) and 2 (an integer)
  int(data.invoice.amount) makes an integer of it`,
    ],
    [
      'data.invoice.amount.startsWith("1")',
      `filter_type at data.invoice.amount.startsWith(\\"1\\")
  Cannot use "startsWith" on data.invoice.amount (a number) and a string
  string(data.invoice.amount) makes a string of it`,
    ],
    [
      'data.invoice.at > timestamp("2026-01-01T00:00:00Z")',
      `filter_type at data.invoice.at > timestamp(\\"2026-01-01T00:00:00Z\\")
  Cannot use ">" on data.invoice.at (a string) and timestamp("…") (a time)
  timestamp(data.invoice.at) makes a time of it`,
    ],
    [
      'size(data.invoice.late) == 1',
      `filter_type at size(data.invoice.late) == 1
  Cannot use "size" on data.invoice.late (true or false)
  null`,
    ],
    [
      'data.invoice.number.all(x, x == "a")',
      `filter_type at data.invoice.number.all(x, x == \\"a\\")
  Cannot use "all" on data.invoice.number (a string)
  null`,
    ],
    [
      'data.invoice.late && data.invoice.number',
      `filter_type at data.invoice.number
  data.invoice.number (a string) is no condition: it must be true or false
  null`,
    ],
    [
      '!data.invoice.number',
      `filter_type at data.invoice.number
  data.invoice.number (a string) is no condition: it must be true or false
  null`,
    ],
    [
      'data.invoice.tags.exists(tag, tag)',
      `filter_type at tag)
  tag (a string) is no condition: it must be true or false
  null`,
    ],
    [
      'data.invoice.number',
      `filter_type at data.invoice.number
  data.invoice.number (a string) is no condition: it must be true or false
  null`,
    ],
    [
      'data.invoice.status == "piad"',
      `never_matches at \\"piad\\"
  data.invoice.status is never "piad", so this never holds
  Did you mean "paid"? It is one of: "open", "paid", "void"`,
    ],
    [
      'data.invoice.status != "closed"',
      `always_matches at \\"closed\\"
  data.invoice.status is never "closed", so this always holds
  It is one of: "open", "paid", "void"`,
    ],
    [
      'data.invoice.status in ["open", "viod"]',
      `never_matches at \\"viod\\"]
  data.invoice.status is never "viod", so this never holds
  Did you mean "void"? It is one of: "open", "paid", "void"`,
    ],
    [
      'data.invoice.level == -1',
      `never_matches at -1
  data.invoice.level is never -1, so this never holds
  It is one of: 1, 2, null`,
    ],
    [
      'data.invoice.late && false',
      `never_matches at "data.invoice.late && false
  The filter is false whatever the event: the hook can never match
  To switch a hook off, say enabled: false`,
    ],
    [
      '!(data.invoice.late && !true)',
      `always_matches at "!(data.invoice.late && !true)
  The filter is true whatever the event
  Leave it out: a hook without a filter runs for every event`,
    ],
  ])('is told of its mistake, once: %s', async (filter, said) => {
    expect(await saidOf(filter)).toEqual([said]);
  });

  it('is looked at once, however deep lists of values are within each other', async () => {
    const filter = Array.from({ length: 28 }).reduce<string>((inner) => `data.x in [${inner}]`, 'data.y');
    const codes = (await problemsOf(filter)).map(({ code, message }) => `${code} ${message.slice(0, 14)}`);
    expect(codes).toEqual(['unknown_field Reads "data.x"', 'unknown_field Reads "data.y"']);
  });

  it('is told of every mistake there is, each at its place', async () => {
    const filter = 'data.x == 1 && data.invoice.y == 1 && data.invoice.amount == "a" && data.x == 2';
    const places = (await problemsOf(filter)).map(({ code, column }) => `${code} ${column - 62}`);
    expect(places).toEqual(['unknown_field 0', 'unknown_field 15', 'filter_type 38']);
  });

  it('repeats no text that is written out: it may be a secret', async () => {
    const [problem] = await problemsOf('data.invoice.amount + size("hunter2") == 1');
    expect(problem?.message).toContain('size("…")');
    expect(JSON.stringify(await problemsOf('data.invoice.amount == "hunter2"'))).not.toContain('hunter2');
  });

  it.each([
    'data.invoice.amount == 100 || data.invoice.amount == 100.0 || data.invoice.amount > 1u',
    'data.invoice.amount + 1.0 > 2 && -data.invoice.amount < 0 && data.invoice.amount in [1.0, 2.5]',
    'int(data.invoice.amount) % 2 == 0 && string(data.invoice.amount) == "1" && double(1) < data.invoice.amount',
    'data.invoice.number.startsWith("a") && size(data.invoice.number) > 1 && data.invoice.number + "b" != "ab"',
    'data.invoice.status == "paid" && data.invoice.status in ["open", "void"] && data.invoice.status != "open"',
    'data.invoice.status == data.invoice.number || data.invoice.status == event || "paid" == data.invoice.status',
    'data.invoice.level == 1 && data.invoice.level != 2.0 && data.invoice.level != null && data.invoice.level > 1',
    'data.invoice.late && !data.invoice.late && (data.invoice.late ? true : data.invoice.late == false)',
    'data.invoice.note != null && data.invoice.note.contains("a") && data.invoice.note == "a"',
    'timestamp(data.invoice.at) > timestamp(time) - duration("1h") && timestamp(data.invoice.at).getHours() == 1',
    '"a" in data.invoice.tags && data.invoice.tags[0] == "a" && data.invoice.tags.size() > 1',
    'data.invoice.tags.exists(t, t.startsWith("a")) && data.invoice.tags == ["a"] && data.invoice.tags.join(",") != ""',
    'data.invoice.lines.filter(l, l.amount > 1).map(l, l.sku)[0] == "a" && data.invoice.lines.all(l, has(l.sku))',
    'data.invoice.lines.map(l, l.amount > 1.0, l.sku) == ["a"] && data.invoice.lines.exists_one(l, l.sku == "a")',
    'data.invoice.by_sku.all(key, key.startsWith("a")) && "a" in data.invoice.by_sku && data.invoice.by_sku["a"].amount > 1',
    'data.invoice.by_sku[data.invoice.number].sku == "a" && has(data.invoice.by_sku.x.amount)',
    'data.invoice.free.x.y == 1 && data.invoice.free.x == "a" && has(data.invoice.free.z) && "z" in data.invoice.free',
    'data.invoice.anything == 1 && data.invoice.anything.exists(x, x.y == "a") && data.invoice.anything.startsWith("a")',
    'type(data.invoice.amount) == double && dyn(data.invoice.amount) == "a" && {"a": 1}.a == 1 && [1, 2][0] == 1',
    '["a", "b"].exists(x, data.invoice.number == x) && [data.invoice.number].exists(x, x == "b")',
    'cel.bind(n, data.invoice.number, n == "a" && n.size() > 1) && cel.bind(data, {"x": 1}, data.x == 1)',
    'data.invoice.tags.all(data, data == "a") && id != "" && source == "billing" && event.matches("a|b")',
  ])('is left alone where it is right, or may be: %s', async (filter) => {
    expect(await saidOf(filter)).toEqual([]);
  });

  it('is held against all events of a source when it gets them all', async () => {
    const codes = async (filter: string) => (await problemsOf(filter, null)).map(({ code }) => code);
    // One event has no schema: what its fields hold is not known.
    expect(await codes('data.invoice.amount == "a" && data.invoice.status == "x"')).toEqual([]);
    expect(await codes('data.reason == "a" || data.customer.id == "a"')).toEqual([]);
    expect(
      await codes('"a" in data.invoice.tags || "reason" in data || data.invoice.tags.exists(t, t.x == 1)'),
    ).toEqual([]);
    expect(await codes('"raeson" in data')).toEqual(['unknown_field']);
    expect(await codes('data.raeson == "a" || data.customer.x == "a"')).toEqual([
      'unknown_field',
      'unknown_field',
    ]);
    expect((await problemsOf('data.raeson == "a"', null))[0]).toMatchObject({
      message: 'Reads "data.raeson", which no event of source "billing" is known to have',
      hint: 'Did you mean "data.reason"? Known fields: invoice, customer, reason',
    });
  });

  it('is not told of types where only some events have the field', async () => {
    const tags = { type: 'array', items: { type: 'string' } };
    const events = { a: { schema: { properties: { tags } } }, b: { schema: { properties: { x: {} } } } };
    const source = JSON.stringify({ kind: 'EventSource', name: 'mixed', events });
    const briefs = async (filter: string) => {
      const hook = JSON.stringify({ source: 'mixed', handler: 'log', filter });
      const { problems } = await prepareTexts({ 'source.yaml': source, 'hook.yaml': hook });
      return problems.map(({ code }) => code);
    };
    expect(await briefs('"a" in data.tags && data.tags == "a" && data.tags > 1.0 && data.x == 1')).toEqual(
      [],
    );
    expect(await briefs('data.tag == "a"')).toEqual(['unknown_field']);
  });
});
