import { suggest } from '../definitions/suggest.ts';
import type { FilterMistake } from './filter-expression.ts';

const VARIABLES = ['data', 'event', 'source', 'id', 'time'];
const METHODS = ['startsWith', 'endsWith', 'contains', 'matches', 'size', 'exists', 'all', 'filter', 'map'];
/** What other languages write, and CEL. */
const OPERATORS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', '=': '==' };

const IN_GENERAL =
  'A filter is a CEL expression over data, event, source, id and time, such as data.amount > 100.0';

/** What to write in the place of an expression that does not compile. */
export function toFilterHint(expression: string, { message, offset }: FilterMistake): string {
  const [word = ''] = /^(\w+|=(?!=))/.exec(expression.slice(offset)) ?? [];
  const operator = Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined;
  if (operator !== undefined) return `Write ${operator} for ${word}`;
  for (const [pattern, toHint] of HINTS) {
    const found = pattern.exec(message);
    if (found !== null) return toHint(found, expression);
  }
  return IN_GENERAL;
}

type ToHint = (found: RegExpExecArray, expression: string) => string;

/** By what the library says. */
const HINTS: readonly (readonly [RegExp, ToHint])[] = [
  [/^Unknown variable: (\w+)/, ([, name = ''], expression) => toVariableHint(name, expression)],
  [/^found no matching overload for '(?:\w+\.)?(\w+)\(/, ([, name = '']) => toMethodHint(name)],
  [
    /^no such overload: (\w+) \S+ (\w+)/,
    ([, a, b]) => `Both sides must be of one type: one is ${a}, one ${b}`,
  ],
  [/^Logical operator/, () => 'Both sides of && and || must be true or false, as event == "create" is'],
  [/^its value must be/, () => 'Compare it with something, as in event == "create"'],
  [/EOF/, () => 'The expression ends where something must follow'],
];

function toVariableHint(name: string, expression: string): string {
  const near = suggest(name, VARIABLES);
  if (near !== null) return `Did you mean "${near}"?`;
  return expression.trim() === name
    ? `A text has quotes within those of YAML: filter: event == "${name}"`
    : `The fields of an event are in data: data.${name}`;
}

function toMethodHint(name: string): string {
  const near = suggest(name, METHODS);
  return near === null || near === name ? IN_GENERAL : `Did you mean "${near}"?`;
}
