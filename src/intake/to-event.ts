import { OWN_SOURCE } from '../catalogue/built-in.ts';
import { validateData } from '../catalogue/checks.ts';
import { toTime } from '../clock.ts';
import { suggest } from '../definitions/suggest.ts';
import { type EventAttributes, type HookEvent, isJsonObject, type Json, type JsonObject } from '../event.ts';
import { createId } from '../id.ts';
import { describe, forbid, type Intaken, MAX_SHOWN, type Refused, refuse } from './intaken.ts';
import type { LookUp } from './look-up.ts';
import type { Sender } from './sender.ts';
import { isTimestamp } from './timestamp.ts';

/** What an event is made with besides what was sent. */
export interface IntakeContext {
  readonly lookUp: LookUp;
  /** ms since the epoch. */
  readonly now: number;
  /** The id of an event that does not say its own; null: a new one. */
  readonly defaultId: string | null;
  /** Null: whoever may send events of every source. */
  readonly sender: Sender | null;
  /** What goes with the event besides what it says itself: the trace context of the request, say. */
  readonly attributes: EventAttributes | null;
}

const KEYS = ['source', 'event', 'data', 'id', 'time'];
/** Characters the id of an event may have. */
export const MAX_ID_LENGTH = 256;
/** What a declared source or event may have. */
const MAX_NAME_LENGTH = 200;

/** Makes an event of what was sent: shape, id, time, source and event known, data as the event's schema has it. */
export function toEvent(sent: Json, context: IntakeContext): Intaken {
  const shaped = shapeEvent(sent, context);
  if (shaped.kind === 'refused') return shaped;
  return checkSender(shaped.event, context) ?? findRefusal(shaped.event, context.lookUp) ?? shaped;
}

/** Makes an event of what has the shape of one, whether or not it is known. */
export function shapeEvent(
  sent: Json,
  { defaultId, now, attributes }: Pick<IntakeContext, 'defaultId' | 'now' | 'attributes'>,
): Intaken {
  if (!isJsonObject(sent))
    return refuse(`An event must be an object {source, event, data}: got ${describe(sent)}`);
  const named = sent.id === undefined && defaultId !== null ? { ...sent, id: defaultId } : sent;
  const refused = checkKeys(named) ?? checkIdentity(named);
  if (refused !== null) return refused;
  const { source, event, data, id, time } = named as {
    source: string;
    event: string;
    data: JsonObject;
    id?: string;
    time?: string;
  };
  return {
    kind: 'event',
    event: { id: id ?? createId(), source, event, data, time: time ?? toTime(now), attributes },
  };
}

/** What is known is no matter of who may not send it. */
function checkSender({ source }: HookEvent, { sender }: IntakeContext): Refused | null {
  if (sender === null || sender.mayEmit(source)) return null;
  return forbid(`Token "${sender.name}" may not send events of source "${source}"`);
}

/** Why nobody may send an event: it is not known, or its data does not fit; null when it may be sent. */
export function findRefusal({ source, event, data }: HookEvent, lookUp: LookUp): Refused | null {
  if (source === OWN_SOURCE)
    return refuse(`Source "${OWN_SOURCE}" is reserved: only Hookline itself emits its events`);
  const known = lookUp(source, event);
  if (known.kind === 'unknown') return refuse(known.message, known.hint);
  const mistakes = validateData(known.entry, data);
  if (mistakes.length === 0) return null;
  return refuse(`"data" does not fit the schema of ${source} ${event}: ${mistakes.join('; ')}`);
}

function checkKeys(sent: JsonObject): Refused | null {
  for (const key of Object.keys(sent)) {
    if (!KEYS.includes(key)) return refuseKey(key.slice(0, MAX_SHOWN));
  }
  for (const key of ['source', 'event'] as const) {
    const name = sent[key];
    if (typeof name !== 'string') return refuse(`"${key}" must be a string: got ${describe(name)}`);
    if (name.length > MAX_NAME_LENGTH)
      return refuse(`"${key}" may have ${MAX_NAME_LENGTH} characters: got ${name.length}`);
  }
  if (!isJsonObject(sent.data)) return refuse(`"data" must be an object: got ${describe(sent.data)}`);
  return null;
}

function refuseKey(key: string): Refused {
  const near = suggest(key, KEYS);
  return refuse(
    `Unknown key "${key}"`,
    near === null ? `Known keys: ${KEYS.join(', ')}` : `Did you mean "${near}"?`,
  );
}

function checkIdentity({ id, time }: JsonObject): Refused | null {
  if (id !== undefined && !isId(id)) {
    return refuse(
      `"id" must be a string of 1 to ${MAX_ID_LENGTH} characters, none of them a control character, and not "." or "..": got ${describe(id)}`,
    );
  }
  if (time !== undefined && !isTimestamp(time)) {
    return refuse(`"time" must be a time as in 2026-01-31T12:00:00Z: got ${describe(time)}`);
  }
  return null;
}

/** Clients resolve a path segment of dots, however it is encoded, so that no one could ask for /events/{id}. */
const DOTS = /^\.\.?$/;

function isId(id: Json): id is string {
  return (
    typeof id === 'string' &&
    id.length > 0 &&
    id.length <= MAX_ID_LENGTH &&
    id.isWellFormed() &&
    !/\p{Cc}/u.test(id) &&
    !DOTS.test(id)
  );
}
