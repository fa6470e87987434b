import type { Json } from '../event.ts';
import { type Alternative, type JsonType, listValues, typesOf } from './alternatives.ts';
import { type Found, findItem, findMember, membersOf } from './members.ts';

/** What is known of a value of an event's data. What is said of it is so for every event that fits its schema. */
export interface Shape {
  /** The types it can be of; null: any. */
  readonly types: ReadonlySet<JsonType> | null;
  /** Every value it can have; null when they are not listed. */
  readonly values: ReadonlySet<Json> | null;
  /** Names of the members it is known to have; null when it may have any. */
  readonly members: ReadonlySet<string> | null;
  /** The member, or item of a list, by that key; null when it is not known to have one. */
  member(key: string): Shape | null;
  /** What a loop over it gives. */
  item(): Shape;
}

/** Of it nothing is known. */
export const ANYTHING: Shape = {
  types: null,
  values: null,
  members: null,
  member: () => ANYTHING,
  item: () => ANYTHING,
};

/** What of a value fits one of some alternatives. */
export function createShape(alternatives: readonly Alternative[] | null): Shape {
  return toShape(alternatives === null ? null : { alternatives, isExact: true });
}

function toShape(found: Found | null): Shape {
  if (found === null || found.alternatives.length === 0) return ANYTHING;
  return found.alternatives.some((one) => one.length === 0) ? ANYTHING : new SchemaShape(found);
}

class SchemaShape implements Shape {
  readonly types: Shape['types'];
  readonly #alternatives: readonly Alternative[];
  readonly #isExact: boolean;
  readonly #known = new Map<string, Shape | null>();
  #item: Shape | null = null;
  /** Null: nobody asked yet. */
  #values: { readonly known: Shape['values'] } | null = null;
  #members: { readonly known: Shape['members'] } | null = null;

  constructor({ alternatives, isExact }: Found) {
    this.#alternatives = alternatives;
    this.#isExact = isExact;
    this.types = isExact ? unite(alternatives.map(typesOf)) : null;
  }

  get values(): Shape['values'] {
    this.#values ??= { known: this.#isExact ? unite(this.#alternatives.map(valuesOf)) : null };
    return this.#values.known;
  }

  get members(): Shape['members'] {
    this.#members ??= { known: unite(this.#alternatives.map(membersOf)) };
    return this.#members.known;
  }

  member(key: string): Shape | null {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#find((alternative) => findMember(alternative, key));
    const shape = found?.alternatives.length === 0 ? null : toShape(found);
    // Whatever it is: what is known of a schema may not depend on how often it was asked.
    this.#known.set(key, shape);
    return shape;
  }

  item(): Shape {
    this.#item ??= toShape(this.#find(findItem));
    return this.#item;
  }

  /** What all alternatives have at a place; null when one of them may have anything there, or they are too many. */
  #find(find: (alternative: Alternative) => Found | null): Found | null {
    const alternatives: Alternative[] = [];
    let isExact = this.#isExact;
    for (const alternative of this.#alternatives) {
      const found = find(alternative);
      if (found === null || alternatives.length > MAX_UNITED) return null;
      alternatives.push(...found.alternatives);
      isExact &&= found.isExact;
    }
    return { alternatives, isExact };
  }
}

/** Alternatives of several alternatives. */
const MAX_UNITED = 1_000;

/** The union of sets; null when one of them is everything. */
function unite<Value>(sets: readonly (ReadonlySet<Value> | null)[]): ReadonlySet<Value> | null {
  const all = new Set<Value>();
  for (const set of sets) {
    if (set === null) return null;
    for (const value of set) all.add(value);
  }
  return all;
}

/** Lists and objects are no values that anything is compared with. */
function valuesOf(alternative: Alternative): ReadonlySet<Json> | null {
  const lists = alternative
    .map(({ schema }) => listValues(schema))
    .filter((values) => values?.every((value) => typeof value !== 'object' || value === null) === true)
    .map((values) => new Set(values));
  return lists.reduce<ReadonlySet<Json> | null>((all, some) => all?.intersection(some) ?? some, null);
}
