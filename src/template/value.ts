import { toCanonicalJson } from '../canonical-json.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';

/** A value while a template runs: JSON, or nothing where the data has none. */
export type Value = Json | undefined;

/** Reads an own property, of an object or an array; prototypes are out of reach. */
export function readProperty(value: Value, key: string): Value {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as JsonObject)[key];
}

/** What `if`, `unless`, `and`, `or` and `not` take as no: false, 0, empty text, empty list, null and nothing. */
export function isTruthy(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Whether `default` applies. */
function isEmpty(value: Value): boolean {
  return value === undefined || value === null || value === '';
}

/** A value as text: nothing and null are empty, lists and objects are JSON. */
export function toText(value: Value): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A helper with the number of arguments it takes. */
export interface Helper {
  readonly min: number;
  readonly max: number;
  /** Makes a value of values. Every text that is made on the way is given to `note`, which may end the rendering. */
  readonly call: (args: readonly Value[], note: (text: string) => string) => Value;
}

/** The helpers that make a value of values. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>([
  ['json', { min: 1, max: 2, call: ([value = null, indent], note) => note(toJson(value, indent)) }],
  ['default', { min: 2, max: 2, call: ([value, fallback]) => (isEmpty(value) ? fallback : value) }],
  ['upper', { min: 1, max: 1, call: ([value], note) => note(toText(value)).toUpperCase() }],
  ['lower', { min: 1, max: 1, call: ([value], note) => note(toText(value)).toLowerCase() }],
  ['truncate', { min: 2, max: 2, call: ([value, limit], note) => truncate(note(toText(value)), limit) }],
  [
    'replace',
    { min: 3, max: 3, call: ([value, from, to], note) => replace(toText(value), { from, to, note }) },
  ],
  ['slack', { min: 1, max: 1, call: ([value], note) => escapeForSlack(note(toText(value))) }],
  ['eq', { min: 2, max: 2, call: ([a, b], note) => isSame(a, b, note) }],
  ['ne', { min: 2, max: 2, call: ([a, b], note) => !isSame(a, b, note) }],
  ['and', { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.every(isTruthy) }],
  ['or', { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.some(isTruthy) }],
  ['not', { min: 1, max: 1, call: ([value]) => !isTruthy(value) }],
]);

/** JSON that is longer stays in one line: of a deep value most of what is indented is spaces, hundreds for each character. */
const MAX_INDENTED = 32 * 1024;

function toJson(value: Json, indent: Value): string {
  const text = JSON.stringify(value);
  return typeof indent === 'number' && text.length <= MAX_INDENTED
    ? JSON.stringify(value, null, indent)
    : text;
}

const ELLIPSIS = '…';
/** The first half of a character that has two: without the other it is none. */
const HALF = /[\ud800-\udbff]$/;

/** At most so many UTF-16 code units, which no receiver counts as more characters. A limit that is none leaves nothing. */
function truncate(text: string, limit: Value): string {
  if (typeof limit !== 'number' || limit < 1) return '';
  if (text.length <= limit) return text;
  return text.slice(0, limit - ELLIPSIS.length).replace(HALF, '') + ELLIPSIS;
}

/** Every occurrence; none of nothing. */
function replace(
  text: string,
  { from, to, note }: { readonly from: Value; readonly to: Value; readonly note: (text: string) => string },
): string {
  const searched = toText(from);
  const put = toText(to);
  const parts = searched === '' ? [text] : note(text).split(searched);
  // Each is counted before any is made: a long text for every character of a long one would be more than there is memory.
  for (const _ of parts.slice(1)) note(put);
  return parts.join(put);
}

const SLACK_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What Slack reads as markup, such as `<!channel>`, as the text it is (docs.slack.dev, Formatting message text). */
function escapeForSlack(text: string): string {
  return text.replaceAll(/[&<>]/g, (char) => SLACK_ENTITIES[char] ?? char);
}

/** Lists and objects are the same when what they hold is, whatever the order of keys. */
function isSame(a: Value, b: Value, note: (text: string) => string): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object') return a === b;
  return note(toCanonicalJson(a)) === note(toCanonicalJson(b));
}

/** Entries of a list or an object, for `each`; null for anything else. */
export function entriesOf(value: Value): readonly (readonly [key: string | number, item: Value])[] | null {
  if (Array.isArray(value)) return value.map((item: Json, index) => [index, item]);
  return isJsonObject(value) ? Object.entries(value) : null;
}
