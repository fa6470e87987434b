import type { EventAttributes, Json, JsonObject } from '../event.ts';
import { ATTRIBUTE_NAME } from './binary-attributes.ts';
import { isJsonType } from './content-type.ts';
import { describe, MAX_SHOWN, type Refused, refuse } from './intaken.ts';

const DATA = new Set(['data', 'data_base64']);
/** What the event has in a place of its own. */
const TOLD_BY_EVENT = new Set([...DATA, 'specversion', 'time']);
/** What goes without saying. */
const DEFAULT_TYPE = 'application/json';
/** Bytes of JSON the attributes of an event may have in all: they are to fit into the headers of a request. */
const MAX_BYTES = 8 * 1024;

/** In JSON an attribute that is null is not set. */
export function isSet(value: Json | undefined): value is Json {
  return value !== undefined && value !== null;
}

/** Checks what every attribute of a CloudEvent must be: by its name, and of a type CloudEvents have. */
export function checkAttributes(sent: JsonObject): Refused | null {
  for (const [name, value] of Object.entries(sent)) {
    if (DATA.has(name)) continue;
    const shown = name.slice(0, MAX_SHOWN);
    if (!ATTRIBUTE_NAME.test(name))
      return refuse(`Unknown key "${shown}": attributes have small letters and digits only`);
    if (typeof value === 'object' && value !== null)
      return refuse(`"${shown}" must be a string, a number or a boolean: got ${describe(value)}`);
    if (typeof value === 'string' && (!value.isWellFormed() || /\p{Cc}/u.test(value)))
      return refuse(`"${shown}" must be text without control characters: got ${describe(value)}`);
  }
  return null;
}

/** The attributes, which were checked, that an event of this id does not tell by itself. */
export function toAttributes(sent: JsonObject, eventId: string): EventAttributes {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (TOLD_BY_EVENT.has(name) || value === null || typeof value === 'object') continue;
    if (name === 'id' && value === eventId) continue;
    // Without data it may be anything: of the empty object that is sent on it would not be true.
    if (name === 'datacontenttype' && (value === DEFAULT_TYPE || !isJsonType(String(value)))) continue;
    attributes[name] = value;
  }
  return attributes;
}

/** Refuses attributes that are too much to keep with an event. */
export function checkSize(attributes: EventAttributes): Refused | null {
  const bytes = Buffer.byteLength(JSON.stringify(attributes));
  return bytes <= MAX_BYTES
    ? null
    : refuse(`The attributes may have ${MAX_BYTES} bytes of JSON in all: got ${bytes}`);
}

/** Adds where in a trace an event came in: the one that it began in is its own, whatever brought it. */
export function addTrace(attributes: EventAttributes, trace: EventAttributes | null): EventAttributes {
  return Object.hasOwn(attributes, 'traceparent') ? attributes : { ...trace, ...attributes };
}
