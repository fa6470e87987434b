import { HooklineError } from '../errors.ts';
import type { Json } from '../event.ts';
import { type Intaken, refuse } from '../intake/intaken.ts';
import { MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from '../intake/limits.ts';
import { createLookUp } from '../intake/look-up.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type IntakeContext, toEvent } from '../intake/to-event.ts';
import { accept, countRefused, type EventsBody, type EventsParts, toRefusedView } from './accept.ts';
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

/** Answers one event. Throws `payload_too_large`, `unprocessable`, `forbidden` and `too_many_requests`. */
export async function answerOne(parts: EventsParts, sent: Json, document: EventsDocument): Promise<Answer> {
  const { bytes, snapshot, key, sender, trace, take } = document;
  if (bytes.length > MAX_EVENT_BYTES) throw new HooklineError('payload_too_large', EVENT_TOO_LARGE);
  const lookUp = createLookUp(snapshot.catalogue);
  const intaken = take(sent, { lookUp, now: parts.clock.now(), defaultId: key, sender, attributes: trace });
  if (intaken.kind === 'refused') {
    countRefused(parts, document, 1);
    const { message, ...detail } = toRefusedView(intaken);
    throw new HooklineError(intaken.isForbidden ? 'forbidden' : 'unprocessable', message, { detail });
  }
  sender?.rate.spend(1);
  const [view] = await accept(parts, [intaken.event], document);
  return { status: 202, body: JSON.stringify(view) };
}

/** Answers events that are taken whole or not at all. Throws what one alone does, with what is wrong with each. */
export async function answerArray(
  parts: EventsParts,
  items: readonly Json[],
  document: EventsDocument,
): Promise<Answer> {
  const { bytes, snapshot, key, sender, trace, take } = document;
  if (items.length > MAX_BATCH_EVENTS)
    throw new HooklineError(
      'payload_too_large',
      `An array may have at most ${MAX_BATCH_EVENTS} events, this one has ${items.length}: send them as NDJSON or in several`,
    );
  const isLarge = bytes.length > MAX_EVENT_BYTES;
  const lookUp = createLookUp(snapshot.catalogue);
  const context = { lookUp, now: parts.clock.now(), sender, attributes: trace };
  const intaken = items.map(
    (item, index): Intaken =>
      isLarge && isTooLarge(item)
        ? refuse(EVENT_TOO_LARGE)
        : take(item, { ...context, defaultId: key && `${key}-${index}` }),
  );
  refuseAny(parts, document, intaken);
  const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
  sender?.rate.spend(events.length);
  return { status: 202, body: JSON.stringify(await accept(parts, events, document)) };
}

function isTooLarge(item: Json): boolean {
  return Buffer.byteLength(JSON.stringify(item)) > MAX_EVENT_BYTES;
}

/** Events of an array whose mistakes are told. */
const MAX_TOLD = 1_000;

/** Throws `forbidden` or `unprocessable` with every event that cannot be taken. */
function refuseAny(parts: EventsParts, document: EventsDocument, intaken: readonly Intaken[]): void {
  const errors = intaken.flatMap((result, index) =>
    result.kind === 'refused' ? [{ index, ...toRefusedView(result) }] : [],
  );
  if (errors.length === 0) return;
  countRefused(parts, document, errors.length);
  const cut = errors.length > MAX_TOLD ? ` (the first ${MAX_TOLD} are listed)` : '';
  const message = `None of ${intaken.length} events was accepted: ${errors.length} cannot be${cut}`;
  const isForbidden = intaken.some((result) => result.kind === 'refused' && result.isForbidden);
  throw new HooklineError(isForbidden ? 'forbidden' : 'unprocessable', message, {
    detail: { errors: errors.slice(0, MAX_TOLD) },
  });
}
