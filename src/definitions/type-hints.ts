import { isJsonObject, type Json } from '../event.ts';
import { REFERENCE_START } from '../secrets/reference.ts';

/** A value that has another type than it must. Nothing of it is repeated but what can be no secret: numbers and references. */
export interface Mistyped {
  readonly data: Json;
  /** Types of JSON that it may have. */
  readonly types: readonly string[];
  /** What the key is for, from its schema. */
  readonly description: string | null;
  /** Keys a map there may have; empty when they are free or it is none. */
  readonly keys: readonly string[];
}

/** What to write in the place of a value of the wrong type. */
export function toTypeHint({ data, types, description, keys }: Mistyped): string | null {
  for (const type of types) {
    const hint = HINTS[type]?.(data) ?? null;
    if (hint !== null) return hint;
  }
  return keys.length > 0 ? `Write a map, of ${keys.join(', ')}` : description;
}

type ToHint = (data: Json) => string | null;

const HINTS: Readonly<Record<string, ToHint>> = {
  boolean: toBooleanHint,
  integer: toNumberHint,
  number: toNumberHint,
  string: toStringHint,
  array: (data) =>
    typeof data === 'string' ? 'Write it as a list: a line of its own that begins with "- "' : null,
  object: toMapHint,
};

const YES = /^(true|yes|on|y)$/i;
const NO = /^(false|no|off|n)$/i;

/** What YAML 1.1 took for true and false, and what is quoted. */
function toBooleanHint(data: Json): string | null {
  if (typeof data !== 'string') return null;
  if (YES.test(data)) return 'Write true, without quotes: to YAML 1.2 yes and on are texts';
  return NO.test(data) ? 'Write false, without quotes: to YAML 1.2 no and off are texts' : null;
}

const DURATION = /^(?<amount>\d+(\.\d+)?) *(?<unit>ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)?$/i;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Durations are seconds, as numbers. */
function toNumberHint(data: Json): string | null {
  const { amount, unit } = (typeof data === 'string' ? DURATION.exec(data)?.groups : undefined) ?? {};
  if (amount === undefined) return null;
  if (unit === undefined) return `Write ${amount}, without quotes`;
  const factor = unit.toLowerCase() === 'ms' ? 0.001 : (SECONDS[unit.charAt(0).toLowerCase()] ?? 1);
  return `Write ${Number(amount) * factor}: a number of seconds`;
}

function toStringHint(data: Json): string | null {
  if (typeof data === 'number' || typeof data === 'boolean') return 'Quote it, to make it a text';
  if (Array.isArray(data)) return 'Write one: for several, a definition each';
  if (!isJsonObject(data)) return null;
  const [key = ''] = Object.keys(data);
  return `{${key}`.startsWith(REFERENCE_START) ? `Quote it: "{${key}}"` : 'Quote all of it to make it a text';
}

function toMapHint(data: Json): string | null {
  if (data === null) return 'Nothing stands below it: indent what belongs to it, or write {}';
  return Array.isArray(data) && data.every(isJsonObject)
    ? 'Leave out the dashes: it is one map, not a list'
    : null;
}
