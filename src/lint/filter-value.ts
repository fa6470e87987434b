import type { ASTNode } from '@marcbachmann/cel-js';
import type { Json } from '../event.ts';
import { CEL_TYPES, type CelType, type Types } from './filter-types.ts';
import type { Shape } from './shape.ts';
import { ITEM } from './unknown-field.ts';

/** What is known of the value of a part of a filter. */
export interface FilterValue {
  readonly types: Types;
  /** What is known of it where it is a part of the event's data. */
  readonly shape: Shape | null;
  /** Keys to it from `data`, itself first. */
  readonly path: readonly string[];
  /** What is written out; undefined: it is not. */
  readonly literal?: Json | undefined;
}

/** Of it nothing is known. */
export const ANY_VALUE: FilterValue = { types: null, shape: null, path: [] };
/** A condition. */
export const TRUE_OR_FALSE: FilterValue = ofType('bool');

/** A value of which the type is all that is known. */
export function ofType(type: CelType): FilterValue {
  return ofTypes(new Set([type]));
}

/** The same where it may be one of several. */
export function ofTypes(types: Types): FilterValue {
  return { types, shape: null, path: [] };
}

/** A part of the event's data. */
export function ofShape(shape: Shape, path: readonly string[]): FilterValue {
  const types = shape.types === null ? null : new Set([...shape.types].map((type) => CEL_TYPES[type]));
  return { types, shape, path };
}

/** An item of a list. */
export function itemOfList({ shape, path }: FilterValue): FilterValue {
  return shape === null ? ANY_VALUE : ofShape(shape.item(), [...path, ITEM]);
}

/** A value that is written out. */
export function ofLiteral(value: Extract<ASTNode, { op: 'value' }>['args']): FilterValue {
  if (value === null) return { ...ofType('null'), literal: null };
  switch (typeof value) {
    case 'string':
      return { ...ofType('string'), literal: value };
    case 'number':
      return { ...ofType('double'), literal: value };
    case 'bigint':
      return { ...ofType('int'), literal: Number(value) };
    case 'boolean':
      return { ...TRUE_OR_FALSE, literal: value };
    default:
      return ofType(value instanceof Uint8Array ? 'bytes' : 'uint');
  }
}
