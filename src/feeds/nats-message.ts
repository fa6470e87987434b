import type { MsgHdrs } from '@nats-io/transport-node';
import { createCloudEventNames } from '../catalogue/cloud-event-names.ts';
import { toRules } from '../catalogue/cloud-event-rules.ts';
import type { EventSource, NatsDefinition } from '../definitions/event-source.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { addTrace } from '../intake/attributes.ts';
import { hasAttributes, readAttributes } from '../intake/binary-attributes.ts';
import { nameSent } from '../intake/cloud-event.ts';
import { isCloudEventsType, toFormat } from '../intake/content-type.ts';
import { describe, MAX_SHOWN, type Refused, refuse } from '../intake/intaken.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { parseJson } from '../intake/parse-json.ts';
import { readPlace } from '../intake/place.ts';
import { isTimestamp } from '../intake/timestamp.ts';
import { readTraceContext } from '../intake/trace-context.ts';
import type { FedEvent } from './feed.ts';
import { createMessageNames } from './nats-event-name.ts';

/** A message of NATS, whatever it came by. */
export interface NatsMessage {
  readonly subject: string;
  /** Name and value of each header as it came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly data: Uint8Array;
  /** What an event is called that says no id of its own. */
  readonly defaultId: string;
  /** When it was published, as far as is known, RFC 3339. */
  readonly time: string;
}

/** Headers as the client has them, a name with each of its values. */
export function toHeaderList(headers: MsgHdrs | undefined): NatsMessage['headers'] {
  if (headers === undefined) return [];
  return headers.keys().flatMap((name) => headers.values(name).map((value) => [name, value] as const));
}

/** A message once its headers and its JSON are read. */
interface ReadMessage extends Omit<NatsMessage, 'headers' | 'data'> {
  /** By names in small letters; of one that is there twice, the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Json;
}

const MESSAGE_ID = 'nats-msg-id';

/** What a message says: an event that is yet to be checked, or why it can be none. */
export type ReadEvent = { readonly kind: 'event'; readonly event: FedEvent } | Refused;

/** Makes what reads the messages of a source. */
export function createMessageReader(
  source: EventSource,
  nats: NatsDefinition,
): (message: NatsMessage) => ReadEvent {
  const nameMessage = createMessageNames(nats, Object.keys(source.events));
  const { cloudevents } = source;
  // The subject has told whose they are: without a pattern, whatever comes there is of this source.
  const rules = toRules({ ...source, cloudevents: cloudevents ?? { source: '*', type: '*' } });
  const nameCloudEvent = createCloudEventNames(rules);

  function readCloudEvent(sent: Json, { headers, time }: ReadMessage): ReadEvent {
    const named = nameSent(sent, nameCloudEvent);
    if (named.kind === 'refused') return named;
    const { data, ...event } = named.sent;
    if (event.source !== source.name)
      return refuse(`The CloudEvent is not one of those that "cloudevents" of source "${source.name}" has`);
    if (!isJsonObject(data)) return refuse(`"data" must be an object: got ${describe(data)}`);
    const said = named.time ?? time;
    if (!isTimestamp(said))
      return refuse(`"time" must be a time as in 2026-01-31T12:00:00Z: got ${describe(said)}`);
    const attributes = addTrace(named.attributes, readTraceContext(headers));
    return { kind: 'event', event: { ...event, data, time: said, attributes } };
  }

  function readPlain(message: ReadMessage): ReadEvent {
    const { headers, data, defaultId, time } = message;
    if (!isJsonObject(data)) return refuse(`A message must be a JSON object: got ${describe(data)}`);
    const event = nameMessage({ ...message, data });
    if (event === null) return refuse(`Nothing says which event it is: looked for at ${nats.event}`);
    const said = nats.id === null ? null : readPlace(nats.id, { headers, data });
    const id = said ?? (headers[MESSAGE_ID] || defaultId);
    const attributes = readTraceContext(headers);
    return { kind: 'event', event: { id, source: source.name, event, data, time, attributes } };
  }

  return (message) => {
    const read = readMessage(message);
    if ('kind' in read) return read;
    const { headers, data } = read;
    if (isCloudEventsType(headers['content-type'])) return readCloudEvent(data, read);
    if (!hasAttributes(headers)) return isCloudEvent(data) ? readCloudEvent(data, read) : readPlain(read);
    const attributes = readAttributes(message.headers.flatMap(([name, value]) => [name, toByteText(value)]));
    if (attributes.kind === 'invalid') return refuse(attributes.message);
    const { 'content-type': datacontenttype = null } = headers;
    return readCloudEvent({ ...attributes.attributes, datacontenttype, data }, read);
  };
}

/** Nothing at all is an event without data: a message may be no more than a signal. */
function readMessage({ headers: list, data: bytes, ...message }: NatsMessage): ReadMessage | Refused {
  if (bytes.length > MAX_EVENT_BYTES)
    return refuse(`A message may have ${MAX_EVENT_BYTES} bytes: got ${bytes.length}`);
  const headers: Record<string, string> = {};
  for (const [name, value] of list) headers[name.toLowerCase()] ??= value;
  const { 'content-type': type } = headers;
  // The binding has no batches.
  if (isCloudEventsType(type) && toFormat(type) !== 'cloudevent')
    return refuse(`Cannot read content-type "${type?.slice(0, MAX_SHOWN)}"`);
  if (bytes.length === 0) return { ...message, headers, data: {} };
  const parsed = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (parsed.kind === 'invalid') return refuse(`A message must be JSON: ${parsed.reason}`);
  return { ...message, headers, data: parsed.value };
}

/** By the binding of CloudEvents 1.0 to NATS no header has to say so. */
function isCloudEvent(data: Json): data is JsonObject {
  return (
    isJsonObject(data) &&
    ['specversion', 'id', 'source', 'type'].every((key) => typeof data[key] === 'string')
  );
}

/** A character for each byte, as Node has headers of HTTP; the client has decoded them. */
function toByteText(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
