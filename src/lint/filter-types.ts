import { Environment } from '@marcbachmann/cel-js';
import type { JsonType } from './alternatives.ts';

/** The types a value of a filter can have. */
export type CelType = (typeof TYPES)[number];

const TYPES = [
  'string',
  'double',
  'int',
  'uint',
  'bool',
  'null',
  'list',
  'map',
  'bytes',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
] as const;

/** The types values of JSON have in a filter. */
export const CEL_TYPES: Readonly<Record<JsonType, CelType>> = {
  string: 'string',
  number: 'double',
  boolean: 'bool',
  null: 'null',
  object: 'map',
  array: 'list',
};

/** Types of one operand; null: any. */
export type Types = ReadonlySet<CelType> | null;

/** Knows one variable of each type, and what can be done with them: the library says it, so that no table here is at odds with it. */
const oracle = new Environment();
for (const [index, type] of TYPES.entries()) oracle.registerVariable(`v${index}`, type);
oracle.registerVariable('any', 'dyn');

/** Of each expression that was asked: there are as many as functions and types of their operands. */
const results = new Map<string, string | null>();

function resultOf(expression: string): string | null {
  const known = results.get(expression);
  if (known !== undefined) return known;
  const { valid, type = 'dyn' } = oracle.check(expression);
  const result = valid ? type : null;
  results.set(expression, result);
  return result;
}

/** Ways to choose a type for each operand that are tried. */
const MAX_CHOICES = 64;

/**
 * The types an operation comes to, written with a name for each operand; `impossible` when it cannot be done with any of
 * the types they can have.
 */
export function inferTypes(
  operands: readonly Types[],
  write: (names: readonly string[]) => string,
): Types | 'impossible' {
  const names = operands.map((types) =>
    types === null ? ['any'] : [...types].map((type) => `v${TYPES.indexOf(type)}`),
  );
  if (names.reduce((product, { length }) => product * length, 1) > MAX_CHOICES) return null;
  const found = choose(names)
    .map((choice) => resultOf(write(choice)))
    .filter((result) => result !== null);
  if (found.length === 0) return 'impossible';
  const types = found.map((result) => TYPES.find((type) => result === type || result.startsWith(`${type}<`)));
  return types.includes(undefined) ? null : new Set(types.filter((type) => type !== undefined));
}

function choose(names: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return names.reduce<readonly (readonly string[])[]>(
    (choices, some) => choices.flatMap((choice) => some.map((name) => [...choice, name])),
    [[]],
  );
}

const NUMBERS: ReadonlySet<CelType> = new Set(['double', 'int', 'uint']);

/** Whether values of some types can be equal: numbers are compared as numbers. */
export function canBeEqual(one: Types, other: Types): boolean {
  if (one === null || other === null || !one.isDisjointFrom(other)) return true;
  return !one.isDisjointFrom(NUMBERS) && !other.isDisjointFrom(NUMBERS);
}

const WORDS: Readonly<Record<CelType, string>> = {
  string: 'a string',
  double: 'a number',
  int: 'an integer',
  uint: 'an unsigned integer',
  bool: 'true or false',
  null: 'null',
  list: 'a list',
  map: 'an object',
  bytes: 'bytes',
  'google.protobuf.Timestamp': 'a time',
  'google.protobuf.Duration': 'a duration',
};

/** Types in words. */
export function toCelWords(types: Types): string {
  return types === null ? 'anything' : [...types].map((type) => WORDS[type]).join(' or ');
}
