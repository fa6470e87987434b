import { HooklineError } from '../errors.ts';
import type { Json } from '../event.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { createLookUp } from '../intake/look-up.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type Intaken, toEvent } from '../intake/to-event.ts';
import { accept, type EventsBody, type EventsParts, toRefusedView } from './accept.ts';
import type { Answer } from './answer.ts';

/** What is said of an event that is too large. */
export const EVENT_TOO_LARGE = `An event may have at most ${MAX_EVENT_BYTES} bytes`;

/** Answers a JSON body: one event, or an array that is taken whole or not at all. */
export async function answerJson(parts: EventsParts, body: EventsBody): Promise<Answer> {
  const { bytes } = body;
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid') throw new HooklineError('bad_request', parsed.message);
  const isLarge = bytes.length > MAX_EVENT_BYTES;
  if (Array.isArray(parsed.value))
    return answerArray(parts, { items: parsed.value as readonly Json[], isLarge }, body);
  if (isLarge) throw new HooklineError('payload_too_large', EVENT_TOO_LARGE);
  return answerOne(parts, parsed.value, body);
}

async function answerOne(parts: EventsParts, sent: Json, { snapshot, key }: EventsBody): Promise<Answer> {
  const lookUp = createLookUp(snapshot.catalogue);
  const intaken = toEvent(sent, { lookUp, now: parts.clock.now(), defaultId: key });
  if (intaken.kind === 'refused') {
    parts.counters.countEvent('refused');
    const { message, ...detail } = toRefusedView(intaken);
    throw new HooklineError('unprocessable', message, { detail });
  }
  const [view] = await accept(parts, [intaken.event], snapshot);
  return { status: 202, body: JSON.stringify(view) };
}

async function answerArray(
  parts: EventsParts,
  { items, isLarge }: { readonly items: readonly Json[]; readonly isLarge: boolean },
  { snapshot, key }: EventsBody,
): Promise<Answer> {
  const context = { lookUp: createLookUp(snapshot.catalogue), now: parts.clock.now() };
  const intaken = items.map(
    (item, index): Intaken =>
      isLarge && isTooLarge(item)
        ? { kind: 'refused', message: EVENT_TOO_LARGE, hint: null }
        : toEvent(item, { ...context, defaultId: key && `${key}-${index}` }),
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
