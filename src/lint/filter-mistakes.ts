import type { ASTNode } from '@marcbachmann/cel-js';
import { toCut } from '../definitions/shown.ts';
import { suggest } from '../definitions/suggest.ts';
import type { Json } from '../event.ts';
import { type CelType, canBeEqual, type Types, toCelWords } from './filter-types.ts';
import type { FilterValue } from './filter-value.ts';
import type { Finding } from './finding.ts';

/** What is to be said of a part of a filter. */
export type Said = Pick<Finding, 'code' | 'message' | 'hint'>;

/** A value with the part of the filter that makes it. */
export interface Operand {
  readonly node: ASTNode;
  readonly value: FilterValue;
  /** Whether it is an item of what the part makes. */
  readonly isItem?: boolean;
}

/** Two values that are compared. */
interface Pair {
  readonly left: Operand;
  readonly right: Operand;
  /** Whether they are to be equal, not different. */
  readonly isEqual: boolean;
}

/** What to say of an operation that is an error whatever the event. */
export function describeImpossible(name: string, operands: readonly Operand[]): Said {
  return {
    code: 'filter_type',
    message: `Cannot use "${name}" on ${operands.map(toWords).join(' and ')}`,
    hint: toHint(name, operands),
  };
}

/** What to say of a condition that is neither true nor false. */
export function describeNoCondition(operand: Operand): Said {
  const message = `${toWords(operand)} is no condition: it must be true or false`;
  return { code: 'filter_type', message, hint: null };
}

/** What to say of two values that are never equal; null when they may be. */
export function describeEquality({ left, right, isEqual }: Pair): Said | null {
  if (!canBeEqual(left.value.types, right.value.types)) {
    const message = `Compares ${toWords(left)} with ${toWords(right)}: they are never equal`;
    return { code: 'filter_type', message, hint: toHint('==', [left, right]) };
  }
  return describeNeverOf(left, right.value, isEqual) ?? describeNeverOf(right, left.value, isEqual);
}

/** Values of a schema that are listed. */
const MAX_LISTED = 8;

/** A value that is written out and is none of those the schema lists. */
function describeNeverOf(operand: Operand, { literal }: FilterValue, isEqual: boolean): Said | null {
  const values = literal === undefined ? undefined : operand.value.shape?.values;
  if (literal === undefined || !values || values.has(literal)) return null;
  const listed = [...values.values().take(MAX_LISTED)].map((one) => toCut(JSON.stringify(one)));
  const more = values.size > MAX_LISTED ? ` and ${values.size - MAX_LISTED} more` : '';
  const what = `${toSubject(operand)} is never ${toCut(JSON.stringify(literal))}`;
  return {
    code: isEqual ? 'never_matches' : 'always_matches',
    message: isEqual ? `${what}, so this never holds` : `${what}, so this always holds`,
    hint: `${toMeant(literal, values)}It is one of: ${listed.join(', ')}${more}`,
  };
}

function toMeant(literal: Json, values: ReadonlySet<Json>): string {
  const texts = [...values].filter((value) => typeof value === 'string');
  const near = typeof literal === 'string' ? suggest(literal, texts.slice(0, MAX_COMPARED)) : null;
  return near === null ? '' : `Did you mean ${toCut(JSON.stringify(near))}? `;
}

/** Values that are looked through for the nearest. */
const MAX_COMPARED = 1_000;

/** Texts that are written out may be secrets: the type says enough. */
function toWords(operand: Operand): string {
  const { types, literal } = operand.value;
  const words = toCelWords(types);
  if (typeof literal === 'string' || literal === null) return words;
  return `${toSubject(operand)} (${words})`;
}

function toSubject({ node, isItem = false }: Operand): string {
  return isItem ? `an item of ${toSource(node)}` : toSource(node);
}

const TEXT = /"[^"]*"|'[^']*'/g;

function toSource({ input, start, end, op }: ASTNode): string {
  const written = input.slice(start, end).replaceAll(/\s+/g, ' ');
  return toCut(op === '.' || op === '[]' ? written : written.replaceAll(TEXT, '"…"'));
}

const METHOD = /^(?!in$)[a-z]/i;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** What to write instead; null when that is not plain. */
function toHint(name: string, operands: readonly Operand[]): string | null {
  const field = operands.find(({ value }) => value.shape !== null);
  if (field === undefined) return null;
  const { types } = field.value;
  const shown = toSource(field.node);
  const other = operands.find((operand) => operand !== field);
  if (isOnly(types, 'double')) return toNumberHint(name, shown, other);
  if (isOnly(types, 'bool') && other !== undefined)
    return `It is a condition by itself: ${shown}, or !${shown}`;
  if (name === 'in' && isOnly(types, 'string')) return `Write ${shown}.contains(…)`;
  if (other === undefined) return null;
  if (other.value.literal === null) return `has(${shown}) tells whether it is there`;
  return isOnly(types, 'string') ? toTextHint(shown, other) : null;
}

function toNumberHint(name: string, shown: string, other: Operand | undefined): string | null {
  if (other === undefined) return null;
  const { types, literal } = other.value;
  if (METHOD.test(name) && isOnly(types, 'string')) return `string(${shown}) makes a string of it`;
  if (literal === null) return `has(${shown}) tells whether it is there`;
  if (name === '%') return `int(${shown}) makes an integer of it`;
  const written = typeof literal === 'number' ? `${literal}.0` : `double(${toSource(other.node)})`;
  if (isOnly(types, 'int')) return `Numbers of an event are doubles: write ${written}`;
  return typeof literal === 'string' && NUMBER.test(literal) ? 'Leave the quotes out: it is a number' : null;
}

function toTextHint(shown: string, { node, value: { types, literal } }: Operand): string | null {
  if (typeof literal === 'number' || typeof literal === 'boolean')
    return `Write "${toSource(node)}": it is a string`;
  return isOnly(types, 'google.protobuf.Timestamp') ? `timestamp(${shown}) makes a time of it` : null;
}

/** Whether values are of one type where they are there at all. */
function isOnly(types: Types, type: CelType): boolean {
  return types?.has(type) === true && types.isSubsetOf(new Set<CelType>([type, 'null']));
}
