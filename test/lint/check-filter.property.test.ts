import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../../src/event.ts';
import { createRoot, toAlternatives } from '../../src/lint/alternatives.ts';
import { checkFilter } from '../../src/lint/check-filter.ts';
import type { Finding } from '../../src/lint/finding.ts';
import { createShape } from '../../src/lint/shape.ts';
import { compileFilter, isFilterMistake } from '../../src/reconcile/filter-expression.ts';
import type { Filter } from '../../src/reconcile/snapshot.ts';
import { PAID } from '../helpers/billing-source.ts';
import { toHookEvent } from '../helpers/live-hook.ts';
import { loadHook } from '../helpers/load-text.ts';

const FIELDS = [
  'number',
  'amount',
  'status',
  'level',
  'late',
  'note',
  'tags',
  'labels',
  'lines',
  'by_sku',
  'free',
  'anything',
];
const LITERALS = [
  '"paid"',
  '"a"',
  '"1"',
  '1',
  '2.0',
  '-1',
  'true',
  'null',
  '[1]',
  '["a"]',
  '{"a": 1.0}',
  'timestamp(time)',
];
const OPERATORS = ['==', '!=', '<', '>=', '+', '-', '*', '%', 'in'];
const CALLS = [
  'size(X)',
  'X.size()',
  'X.startsWith("a")',
  'X.contains(X)',
  '!X',
  '-X',
  'X[0]',
  'X.exists(x, x == "a")',
  'string(X)',
  'int(X)',
  'X.join("a")',
  'X.x',
  '(X ? 1 : 2)',
];

const field = fc.constantFrom(
  ...FIELDS.map((name) => `data.invoice.${name}`),
  'data.invoice.lines[0].amount',
  'data.invoice.by_sku["a"].sku',
);
const value = fc.oneof({ weight: 3, arbitrary: field }, fc.constantFrom(...LITERALS));
const part = fc.oneof(
  value,
  fc.tuple(fc.constantFrom(...CALLS), value).map(([call, x]) => call.replaceAll('X', x)),
);
const operators = fc.constantFrom(...OPERATORS);

const text = fc.constantFrom('a', '1', 'paid', '');
const line = fc.record({ sku: text, amount: fc.integer() });
const free = fc.constantFrom<Json>({ a: 1 }, {});
/** Invoices that fit the schema, with every member. */
const invoices = fc.record({
  number: text,
  amount: fc.constantFrom(1, 2, -1, 0.5),
  status: fc.constantFrom('open', 'paid', 'void'),
  level: fc.constantFrom(1, 2, null),
  late: fc.boolean(),
  note: fc.option(text),
  at: fc.constant('2026-01-01T00:00:00Z'),
  tags: fc.array(text, { minLength: 1 }),
  labels: fc.array(fc.constantFrom('new', 'old'), { minLength: 1 }),
  lines: fc.array(line, { minLength: 1 }),
  by_sku: line.map((a) => ({ a, x: a })),
  free,
  anything: fc.constantFrom<Json>(1, 'a', true, null, ['a'], { x: 1 }),
});

const hook = loadHook('source: billing\nevent: paid\nhandler: log\n');
const data = createShape(toAlternatives(PAID, createRoot(PAID)));

/** The one thing that is said of the types of a filter, and the filter. */
function toTold(expression: string): { readonly said: Finding; readonly filter: Filter } | null {
  const compiled = compileFilter(expression);
  if (isFilterMistake(compiled)) return null;
  const [said, ...others] = checkFilter(compiled.ast, { hook, data });
  return said?.code === 'filter_type' && others.length === 0 ? { said, filter: compiled.filter } : null;
}

const CONDITIONS = ['==', '!=', '<', '>=', 'in'];

it('what is said of a type is so for every event: the filter fails, or what it compares is never equal', () => {
  const told = { impossible: 0, unequal: 0 };
  fc.assert(
    fc.property(part, operators, part, invoices, (left, operator, right, invoice) => {
      const isCondition = CONDITIONS.includes(operator);
      const expression = `${left} ${operator} ${right}`;
      const { said, filter } =
        toTold(isCondition ? expression : `(${expression}) == data.invoice.anything`) ?? {};
      if (said === undefined || filter === undefined) return;
      const result = toResult(() => filter(toHookEvent({ data: { invoice } })));
      if (!said.message.startsWith('Compares')) {
        told.impossible += 1;
        expect(result).toBe('error');
      } else if (said.within?.offset === 0 && operator !== 'in') {
        told.unequal += 1;
        expect(result).not.toBe(operator === '==');
      }
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(told.impossible, told.unequal)).toBeGreaterThan(50);
});

it('nothing is said of a comparison that can hold', () => {
  const comparisons = fc.tuple(
    field,
    fc.constantFrom('==', '<', '>=', 'in'),
    fc.oneof(field, fc.constantFrom(...LITERALS)),
  );
  let held = 0;
  fc.assert(
    fc.property(comparisons, invoices, (parts, invoice) => {
      const compiled = compileFilter(parts.join(' '));
      if (isFilterMistake(compiled)) return;
      if (toResult(() => compiled.filter(toHookEvent({ data: { invoice } }))) !== true) return;
      held += 1;
      expect(checkFilter(compiled.ast, { hook, data })).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  expect(held).toBeGreaterThan(100);
});

function toResult(run: () => boolean): boolean | 'error' {
  try {
    return run();
  } catch {
    return 'error';
  }
}
