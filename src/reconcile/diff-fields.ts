import { toCanonicalJson } from '../canonical-json.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { compareTexts } from '../order.ts';
import { MASK } from '../secrets/mask.ts';

/** A field that is not the same on both sides. A value is absent where the field is. */
export interface FieldChange {
  /** As problems have it: `config.headers.x-team`, `config.functions[0]`. */
  readonly path: string;
  /** As it may be shown: a secret in clear is masked. */
  readonly before?: Json;
  /** As it may be shown: a secret in clear is masked. */
  readonly after?: Json;
  /** Whether something is masked, so that what is shown of both may be the same. */
  readonly secret: boolean;
}

/** A value twice: as it is compared, and as it may be shown. Both have the same keys at every depth. */
export interface ShownValue {
  readonly value: Json;
  readonly shown: Json;
}

type Path = readonly (string | number)[];

/** One place on both sides; null where a side does not have it. */
interface Pair {
  readonly before: ShownValue | null;
  readonly after: ShownValue | null;
}

/**
 * Compares two values field by field, in the order of the names of the fields. Objects are gone into, and lists of the
 * same length; of anything else the whole value is what changed.
 */
export function diffFields(before: ShownValue, after: ShownValue): readonly FieldChange[] {
  return diffPair([], { before, after });
}

function diffPair(path: Path, { before, after }: Pair): readonly FieldChange[] {
  if (before === null || after === null) return [toChange(path, { before, after })];
  if (isSame(before.value, after.value)) return [];
  const keys = commonKeys(before.value, after.value);
  if (keys === null) return [toChange(path, { before, after })];
  return keys.flatMap((key) =>
    diffPair([...path, key], { before: childOf(before, key), after: childOf(after, key) }),
  );
}

function isSame(a: Json, b: Json): boolean {
  return toCanonicalJson(a) === toCanonicalJson(b);
}

/** What to go into; null when the two are compared as a whole. */
function commonKeys(a: Json, b: Json): readonly (string | number)[] | null {
  if (isJsonObject(a) && isJsonObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareTexts);
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length ? [...a.keys()] : null;
}

function childOf({ value, shown }: ShownValue, key: string | number): ShownValue | null {
  const parent = value as JsonObject;
  // A key such as __proto__ is one like any other where it is the object's own, and only there.
  if (!Object.hasOwn(parent, key)) return null;
  return { value: parent[key] ?? null, shown: (shown as JsonObject)[key] ?? null };
}

function toChange(path: Path, { before, after }: Pair): FieldChange {
  return {
    path: toDotted(path),
    ...(before === null ? {} : { before: before.shown }),
    ...(after === null ? {} : { after: after.shown }),
    secret: [before, after].some((side) => side !== null && toCanonicalJson(side.shown).includes(MASK)),
  };
}
