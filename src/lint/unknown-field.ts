import type { EventHook } from '../definitions/definition.ts';
import { toCut } from '../definitions/shown.ts';
import { suggest } from '../definitions/suggest.ts';
import type { ReadPath } from '../template/template.ts';
import type { JsonType } from './alternatives.ts';
import type { Finding } from './finding.ts';
import type { Shape } from './shape.ts';

/** What a path leads to, or how far it does. */
export type Followed =
  | { readonly kind: 'known'; readonly shape: Shape }
  /** The key at `depth` is not known to be there. */
  | { readonly kind: 'unknown'; readonly depth: number; readonly parent: Shape };

/** Follows a path from the root of an event's data. */
export function follow(root: Shape, path: ReadPath): Followed {
  let parent = root;
  for (const [depth, key] of path.entries()) {
    const shape = key === null ? parent.item() : parent.member(key);
    if (shape === null) return { kind: 'unknown', depth, parent };
    parent = shape;
  }
  return { kind: 'known', shape: parent };
}

/** A field that an event is not known to have. */
export interface UnknownField {
  /** As it is written, down to the field. */
  readonly path: readonly string[];
  /** What it should be a field of. */
  readonly parent: Shape;
  /** Names that are there besides those of the parent. */
  readonly besides?: readonly string[];
}

/** Names that are listed. */
const MAX_LISTED = 8;
/** Names that are looked through for the nearest. */
const MAX_COMPARED = 1_000;

/** What to say of a field that the events of a hook are not known to have. */
export function describeUnknown(
  { path, parent, besides = [] }: UnknownField,
  { source, event }: Pick<EventHook, 'source' | 'event'>,
): Pick<Finding, 'code' | 'message' | 'hint'> {
  const above = path.slice(0, -1);
  const shown = `Reads "${toShownPath(path)}"`;
  const { types } = parent;
  if (types !== null && !types.has('object'))
    return {
      code: 'unknown_field',
      message: `${shown}, but "${toShownPath(above)}" is ${toTypeWords(types)}`,
    };
  const whose = event === null ? `no event of source "${source}"` : `event "${event}" of source "${source}"`;
  const names = parent.members ?? new Set<string>();
  const near = suggest(path.at(-1) ?? '', [...names.values().take(MAX_COMPARED), ...besides]);
  // A path through a loop is none to write.
  const meant =
    near === null ? '' : `Did you mean "${toShownPath([...(above.includes(ITEM) ? [] : above), near])}"? `;
  return {
    code: 'unknown_field',
    message: `${shown}, which ${whose} is ${event === null ? '' : 'not '}known to have`,
    hint: meant + toKnown(names),
  };
}

function toKnown(names: ReadonlySet<string>): string {
  if (names.size === 0) return 'No fields are known there';
  const more = names.size > MAX_LISTED ? ` and ${names.size - MAX_LISTED} more` : '';
  return `Known fields: ${[...names.values().take(MAX_LISTED)].map(toCut).join(', ')}${more}`;
}

/** Stands in a path for any item. */
export const ITEM = '[]';

/** A path as people write it. */
export function toShownPath(path: readonly string[]): string {
  return toCut(path.join('.').replaceAll(`.${ITEM}`, ITEM));
}

const WORDS: Readonly<Record<JsonType, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'a list',
};

/** Types in words. */
export function toTypeWords(types: ReadonlySet<JsonType>): string {
  return [...types].map((type) => WORDS[type]).join(' or ');
}
