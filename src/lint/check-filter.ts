import type { ASTNode } from '@marcbachmann/cel-js';
import type { EventHook } from '../definitions/definition.ts';
import { MAX_PROBLEMS } from '../definitions/problem.ts';
import { describeNoCondition } from './filter-mistakes.ts';
import { type FilterValue, ofShape, ofType } from './filter-value.ts';
import type { Finding } from './finding.ts';
import { inferFilter, type Report } from './infer-filter.ts';
import type { Shape } from './shape.ts';

/** What is said of a filter that comes to the same for every event. */
export const CONSTANT_FILTER = {
  true: {
    code: 'always_matches',
    path: ['filter'],
    message: 'The filter is true whatever the event',
    hint: 'Leave it out: a hook without a filter runs for every event',
  },
  false: {
    code: 'never_matches',
    path: ['filter'],
    message: 'The filter is false whatever the event: the hook can never match',
    hint: 'To switch a hook off, say enabled: false',
  },
} as const satisfies Readonly<Record<string, Finding>>;

/**
 * Holds a filter against what is known of the data of its hook's events: fields there are not, and operations that end in
 * an error or come to the same every time. Where nothing is known nothing is said. Each mistake is told once.
 */
export function checkFilter(
  condition: ASTNode,
  { hook, data }: { readonly hook: EventHook; readonly data: Shape },
): readonly Finding[] {
  const found = new Map<string, Finding>();
  const report: Report = ({ start, input }, said) => {
    if (found.has(said.message) || found.size === MAX_PROBLEMS) return;
    found.set(said.message, {
      ...said,
      path: ['filter'],
      within: { text: input, offset: start, what: 'filter' },
    });
  };
  const texts = ['event', 'source', 'id', 'time'].map((name) => [name, ofType('string')] as const);
  const root = { ...ofShape(data, ['data']), types: ofType('map').types };
  const names = new Map<string, FilterValue>([['data', root], ...texts]);
  const value = inferFilter(condition, { hook, names, report });
  const { types, literal } = value;
  if (types?.has('bool') === false) report(condition, describeNoCondition({ node: condition, value }));
  const isConstant = found.size === 0 && typeof literal === 'boolean';
  return isConstant ? [CONSTANT_FILTER[`${literal}`]] : [...found.values()];
}
