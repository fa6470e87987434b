import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import {
  type Alternative,
  createRoot,
  type JsonType,
  join,
  type Part,
  type Root,
  toAlternatives,
  toList,
  toValues,
  typesOf,
} from './alternatives.ts';

/** What there may be at a place; null stands for anything. */
export interface Found {
  /** None: nothing is known to be there. */
  readonly alternatives: readonly Alternative[];
  /** Whether nothing else can be there: a schema that lists no such member may allow it all the same. */
  readonly isExact: boolean;
}

const NOTHING: Found = { alternatives: [], isExact: true };

/** Names of the members that are listed; null when there may be any. */
export function membersOf(alternative: Alternative): ReadonlySet<string> | null {
  if (!canBe(alternative, 'object')) return new Set();
  if (isOpen(alternative) || isSilent(alternative)) return null;
  return new Set(alternative.flatMap(({ schema }) => [...toNamed(schema).names]));
}

/** The member, or item of a list, by a key. */
export function findMember(alternative: Alternative, key: string): Found | null {
  const inList = canBe(alternative, 'array') ? findInList(alternative, key) : NOTHING;
  const inObject = canBe(alternative, 'object') ? findInObject(alternative, key) : NOTHING;
  if (inList === null || inObject === null) return null;
  return {
    alternatives: [...inList.alternatives, ...inObject.alternatives],
    isExact: inList.isExact && inObject.isExact,
  };
}

function findInObject(alternative: Alternative, key: string): Found | null {
  const listing = alternative.filter(({ schema }) => Object.hasOwn(toMembers(schema), key));
  if (listing.length > 0)
    return joinAll(listing.map((part) => [toMembers(part.schema)[key] ?? true, part.root]));
  if (isOpen(alternative)) return findAdditional(alternative);
  // Of what is only said to be required nothing else is known.
  if (isSilent(alternative) || alternative.some(({ schema }) => toNamed(schema).names.has(key))) return null;
  return toUnlisted(alternative);
}

/** Schemas often leave out what is there now and then; yet what is not listed is not known. */
function toUnlisted(alternative: Alternative): Found {
  return { alternatives: [], isExact: isClosed(alternative) };
}

/** The one schema that all members fit that are not listed. */
function findAdditional(alternative: Alternative): Found | null {
  const said = alternative.flatMap(({ schema, root }): [Json, Root][] =>
    isJsonObject(schema.additionalProperties) ? [[schema.additionalProperties, root]] : [],
  );
  return said.length === 0 || alternative.some(({ schema }) => isJsonObject(schema.patternProperties))
    ? null
    : joinAll(said);
}

const INTEGER_SCHEMA = { type: 'integer' };
const INTEGER: Part = { schema: INTEGER_SCHEMA, root: createRoot(INTEGER_SCHEMA) };
const INDEX = /^\d+$/;

function findInList(alternative: Alternative, key: string): Found | null {
  if (key === 'length') return { alternatives: [[INTEGER]], isExact: true };
  return INDEX.test(key) ? findListItem(alternative) : NOTHING;
}

/** What a loop goes over. */
export function findItem(alternative: Alternative): Found | null {
  const inList = canBe(alternative, 'array') ? findListItem(alternative) : NOTHING;
  const inObject = canBe(alternative, 'object') ? findValues(alternative) : NOTHING;
  if (inList === null || inObject === null) return null;
  return {
    alternatives: [...inList.alternatives, ...inObject.alternatives],
    isExact: inList.isExact && inObject.isExact,
  };
}

/** Whatever place it has in the list. */
function findListItem(alternative: Alternative): Found | null {
  const said = alternative.filter(
    ({ schema }) => schema.items !== undefined && schema.prefixItems === undefined,
  );
  return said.length === 0 ? null : joinAll(said.map(({ schema, root }) => [schema.items ?? true, root]));
}

/** Any value of an object: those that are listed, and what fits the others. */
function findValues(alternative: Alternative): Found | null {
  if (isSilent(alternative) && !isOpen(alternative)) return null;
  const others = isOpen(alternative) ? findAdditional(alternative) : toUnlisted(alternative);
  if (others === null) return null;
  const names = new Set(alternative.flatMap(({ schema }) => Object.keys(toMembers(schema))));
  const listed = [...names].map((name) => findInObject(alternative, name));
  if (listed.includes(null)) return null;
  const alternatives = [others, ...listed].flatMap((found) => found?.alternatives ?? []);
  return { alternatives, isExact: others.isExact };
}

/** What fits several schemas at once. */
function joinAll(schemas: readonly (readonly [Json, Root])[]): Found | null {
  const alternatives = schemas.reduce<readonly Alternative[] | null>(
    (all, [schema, root]) => {
      const some = toAlternatives(schema, root);
      return all === null || some === null ? null : join(all, some);
    },
    [[]],
  );
  return alternatives === null ? null : { alternatives, isExact: true };
}

const NONE: JsonObject = {};

function toMembers({ properties }: JsonObject): JsonObject {
  return isJsonObject(properties) ? properties : NONE;
}

function canBe(alternative: Alternative, type: JsonType): boolean {
  return typesOf(alternative)?.has(type) ?? true;
}

/** Whether it says that other members may be there than it lists. */
function isOpen(alternative: Alternative): boolean {
  return alternative.some(
    ({ schema: { additionalProperties, unevaluatedProperties, patternProperties } }) =>
      [additionalProperties, unevaluatedProperties].some((said) => said === true || isJsonObject(said)) ||
      isJsonObject(patternProperties),
  );
}

function isClosed(alternative: Alternative): boolean {
  return alternative.some(
    ({ schema }) => schema.additionalProperties === false || schema.unevaluatedProperties === false,
  );
}

/** Whether it says nothing of members but that some have to be there. */
function isSilent(alternative: Alternative): boolean {
  return !isClosed(alternative) && !alternative.some(({ schema }) => toNamed(schema).isListing);
}

/** What a schema says of members by their names. */
interface Named {
  /** Members that may be there: those it lists, and those it requires. */
  readonly names: ReadonlySet<string>;
  /** Whether it lists any. */
  readonly isListing: boolean;
}

/** By schema: it may name thousands, and is asked with each key that is looked for. */
const named = new WeakMap<JsonObject, Named>();

function toNamed(schema: JsonObject): Named {
  const known = named.get(schema);
  if (known !== undefined) return known;
  const { required, dependentRequired, dependencies } = schema;
  const listed = Object.entries(toMembers(schema));
  const needed = [required, ...[dependentRequired, dependencies].flatMap(toValues)].flatMap(toList);
  const allowed = listed.filter(([, member]) => member !== false).map(([name]) => name);
  const found = { names: new Set([...allowed, ...needed.map(String)]), isListing: listed.length > 0 };
  named.set(schema, found);
  return found;
}
