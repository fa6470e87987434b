import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { sampleData } from '../catalogue/sample-event.ts';
import { systemClock } from '../clock.ts';
import type { EventHook } from '../definitions/definition.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { type EventAttributes, type HookEvent, isJsonObject, type Json, type JsonObject } from '../event.ts';
import { parseMap } from '../hook-test/data-files.ts';
import { parseJson } from '../intake/parse-json.ts';
import { shapeEvent } from '../intake/to-event.ts';

/** Stands for standard input. */
export const STDIN = '-';

/** What the history adds to an event: GET /events/{id} answers it beside what was sent. */
const HISTORY_KEYS = new Set(['accepted_at', 'revision', 'deliveries', 'stopped', 'attributes']);
/** Keys of an event that lacks its data. */
const OTHER_KEYS = new Set(['source', 'event', 'id', 'time', ...HISTORY_KEYS]);

/**
 * Reads an event from a file of JSON or YAML, or (-) from standard input. It is `{source, event, data, id?, time?}`, as
 * POST /events takes it or GET /events/{id} answers it; for a hook it may be the data alone. Throws `usage`.
 */
export async function readEvent(
  place: string,
  { hook, stdin }: { readonly hook: EventHook | null; readonly stdin: NodeJS.ReadStream },
): Promise<HookEvent> {
  const shown = place === STDIN ? 'standard input' : `"${place}"`;
  const value = parse(await readBytes(place, stdin), place);
  if (typeof value === 'string') throw unusable(shown, value);
  return toEvent(shown, hook === null || isWhole(value) ? value : toWhole(value, hook));
}

async function readBytes(place: string, stdin: NodeJS.ReadStream): Promise<Buffer> {
  if (place === STDIN) return buffer(stdin);
  try {
    return readFileSync(place);
  } catch (cause) {
    throw new HooklineError('usage', `Cannot read "${place}": ${toMessage(cause)}`, { cause });
  }
}

/** JSON first: what makes a large one YAML as well takes longer to read. A text is why it is neither. */
function parse(bytes: Buffer, place: string): JsonObject | string {
  const json = parseJson(bytes);
  if (json.kind === 'parsed')
    return isJsonObject(json.value) ? json.value : 'it must be an object {source, event, data}';
  const map = parseMap(bytes, place);
  return typeof map === 'string' && /^\s*[{[]/.test(bytes.toString('utf8')) ? json.reason : map;
}

/** Whether it is an event rather than the data of one. */
function isWhole(value: JsonObject): boolean {
  const { source, event, data } = value;
  if (isJsonObject(data)) return source !== undefined || event !== undefined;
  return (
    source !== undefined && event !== undefined && Object.keys(value).every((key) => OTHER_KEYS.has(key))
  );
}

function toWhole(data: JsonObject, { name, source, event }: EventHook): JsonObject {
  if (event !== null) return { source, event, data };
  throw new HooklineError(
    'usage',
    `Cannot tell which event of ${source} the data is of: hook "${name}" is on all of them; write {source, event, data}`,
  );
}

function toEvent(shown: string, value: JsonObject): HookEvent {
  const sent = Object.fromEntries(Object.entries(value).filter(([key]) => !HISTORY_KEYS.has(key)));
  const context = { now: systemClock.now(), defaultId: null, attributes: toAttributes(value.attributes) };
  const shaped = shapeEvent(sent, context);
  if (shaped.kind === 'event') return shaped.event;
  throw unusable(shown, [shaped.message, shaped.hint ?? []].flat().join('. '));
}

function toAttributes(attributes: Json | undefined): EventAttributes | null {
  if (!isJsonObject(attributes)) return null;
  const isFlat = Object.values(attributes).every((value) => value !== null && typeof value !== 'object');
  return isFlat ? (attributes as EventAttributes) : null;
}

function unusable(shown: string, reason: string): HooklineError {
  return new HooklineError('usage', `Cannot use ${shown} as an event: ${reason}`);
}

/** An event a hook is for, made up from the catalogue. Throws `usage` where none can be. */
export function toSampleEvent({ name, source, event }: EventHook, { sources }: Catalogue): HookEvent {
  const events = [...(sources.get(source) ?? [])].filter(([one]) => event === null || one === event);
  for (const [one, entry] of events) {
    const data = sampleData(one, entry);
    if (data !== null) return toEvent('the sample', { source, event: one, data });
  }
  throw new HooklineError(
    'usage',
    `Cannot make up an event for hook "${name}": the schema gives no examples; write one to a file`,
  );
}
