/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. Objects made from outside input have no prototype surprises: see intake/parse-json.ts. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * What else came with an event, by the names of CloudEvents: of a CloudEvent all of its attributes that are not told by
 * the event itself (`source`, `type`, `subject`, extensions, …), of any other its trace context.
 */
export type EventAttributes = Readonly<Record<string, string | number | boolean>>;

/** Something that happened: what intake makes of a request and every handler is given. */
export interface HookEvent {
  /** As sent, else a UUIDv7. Unique together with `source`. */
  readonly id: string;
  readonly source: string;
  readonly event: string;
  readonly data: JsonObject;
  /** RFC 3339, as sent, else the time of acceptance. */
  readonly time: string;
  /** Null: nothing else came with it. */
  readonly attributes: EventAttributes | null;
}

/** What is below an object, key by key; undefined: nothing is there. */
export function valueAt(object: JsonObject, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>(
    (value, key) => (isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    object,
  );
}

/** Whether a JSON value is an object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
