import { isJsonObject, type Json } from '../event.ts';

/** A place where what was received is not what was expected; undefined: nothing. */
export interface Difference {
  readonly path: readonly (string | number)[];
  readonly expected: Json | undefined;
  readonly received: Json | undefined;
}

/** How two values are compared. */
export interface Comparison {
  /** Where they stand. */
  readonly path: Difference['path'];
  /** Whether maps may have keys that are not expected. */
  readonly partial: boolean;
}

/** Every difference between two JSON values, as deep as it goes. */
export function findDifferences(
  expected: Json | undefined,
  received: Json | undefined,
  { path, partial }: Comparison,
): readonly Difference[] {
  const below = (key: string | number): Comparison => ({ path: [...path, key], partial });
  if (isJsonObject(expected) && isJsonObject(received)) {
    const keys = new Set([...Object.keys(expected), ...(partial ? [] : Object.keys(received))]);
    return [...keys].flatMap((key) => findDifferences(at(expected, key), at(received, key), below(key)));
  }
  if (Array.isArray(expected) && Array.isArray(received)) {
    const length = Math.max(expected.length, received.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      findDifferences(expected[index], received[index], below(index)),
    );
  }
  return expected === received ? [] : [{ path, expected, received }];
}

function at(object: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
