import { HooklineError } from '../errors.ts';
import type { Json } from '../event.ts';
import type { Intaken } from '../intake/intaken.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { createLookUp } from '../intake/look-up.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type IntakeContext, toEvent } from '../intake/to-event.ts';
import { accept, type EventsBody, type EventsParts, toRefusedView } from './accept.ts';
import type { Answer } from './answer.ts';

/** What is said of an event that is too large. */
export const EVENT_TOO_LARGE = `An event may have at most ${MAX_EVENT_BYTES} bytes`;

/** Makes an event of one JSON value. */
export type Take = (sent: Json, context: IntakeContext) => Intaken;

/** What is read as events, and how. */
export interface EventsDocument extends EventsBody {
  readonly take: Take;
}

/** Answers a JSON body: one event, or an array that is taken whole or not at all. */
export async function answerJson(parts: EventsParts, body: EventsBody): Promise<Answer> {
  const value = readJson(body.bytes);
  const document = { ...body, take: toEvent };
  return Array.isArray(value) ? answerArray(parts, value, document) : answerOne(parts, value, document);
}

/** The JSON of a body. Throws `bad_request`. */
export function readJson(bytes: Buffer): Json {
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid') throw new HooklineError('bad_request', parsed.message);
  return parsed.value;
}

/** Answers one event. Throws `payload_too_large` and `unprocessable`. */
export async function answerOne(
  parts: EventsParts,
  sent: Json,
  { bytes, snapshot, key, take }: EventsDocument,
): Promise<Answer> {
  if (bytes.length > MAX_EVENT_BYTES) throw new HooklineError('payload_too_large', EVENT_TOO_LARGE);
  const lookUp = createLookUp(snapshot.catalogue);
  const intaken = take(sent, { lookUp, now: parts.clock.now(), defaultId: key });
  if (intaken.kind === 'refused') {
    parts.counters.countEvent('refused');
    const { message, ...detail } = toRefusedView(intaken);
    throw new HooklineError('unprocessable', message, { detail });
  }
  const [view] = await accept(parts, [intaken.event], snapshot);
  return { status: 202, body: JSON.stringify(view) };
}

/** Answers events that are taken whole or not at all. Throws `unprocessable` with what is wrong with each. */
export async function answerArray(
  parts: EventsParts,
  items: readonly Json[],
  { bytes, snapshot, key, take }: EventsDocument,
): Promise<Answer> {
  const isLarge = bytes.length > MAX_EVENT_BYTES;
  const context = { lookUp: createLookUp(snapshot.catalogue), now: parts.clock.now() };
  const intaken = items.map(
    (item, index): Intaken =>
      isLarge && isTooLarge(item)
        ? { kind: 'refused', message: EVENT_TOO_LARGE, hint: null }
        : take(item, { ...context, defaultId: key && `${key}-${index}` }),
  );
  refuseAny(parts, intaken);
  const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
  return { status: 202, body: JSON.stringify(await accept(parts, events, snapshot)) };
}

function isTooLarge(item: Json): boolean {
  return Buffer.byteLength(JSON.stringify(item)) > MAX_EVENT_BYTES;
}

/** Throws `unprocessable` with every event that cannot be taken. */
function refuseAny({ counters }: EventsParts, intaken: readonly Intaken[]): void {
  const errors = intaken.flatMap((result, index) =>
    result.kind === 'refused' ? [{ index, ...toRefusedView(result) }] : [],
  );
  if (errors.length === 0) return;
  for (const _ of errors) counters.countEvent('refused');
  const message = `None of ${intaken.length} events was accepted: ${errors.length} cannot be`;
  throw new HooklineError('unprocessable', message, { detail: { errors } });
}
