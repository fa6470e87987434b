import { hash } from 'node:crypto';
import type { CloudEventNames } from '../catalogue/cloud-event-names.ts';
import { type EventAttributes, isJsonObject, type Json, type JsonObject } from '../event.ts';
import { addTrace, checkAttributes, checkSize, isSet, toAttributes } from './attributes.ts';
import { isJsonType } from './content-type.ts';
import { describe, type Intaken, type Refused, refuse } from './intaken.ts';
import { parseJson } from './parse-json.ts';
import { type IntakeContext, MAX_ID_LENGTH, toEvent } from './to-event.ts';

/** What an event is made with besides the CloudEvent that was sent, which has an id of its own. */
export interface CloudEventContext extends Omit<IntakeContext, 'defaultId'> {
  readonly nameCloudEvent: CloudEventNames;
}

/** The required attributes, once they are known to be right. */
interface Required {
  readonly id: string;
  readonly source: string;
  readonly type: string;
}

const SPEC_VERSION = '1.0';
const MAX_LENGTH = 1_024;
/** A space divides the source from the id where both make the id of an event. */
const SOURCE = /^[^\s\p{Cc}]+$/u;
const TYPE = /^\P{Cc}+$/u;

/** A CloudEvent by the names of a catalogue: the same keys POST /events takes, of which `data` and `time` are as they came. */
export interface NamedCloudEvent {
  readonly kind: 'named';
  readonly sent: {
    readonly id: string;
    readonly source: string;
    readonly event: string;
    readonly data: Json;
  };
  /** Null: it does not say. */
  readonly time: Json;
  /** All that the event does not tell by itself. */
  readonly attributes: EventAttributes;
}

/**
 * Makes an event of a CloudEvent 1.0 as the JSON format has it: attributes, source and type known by the catalogue, data
 * an object. No data is an empty object. All other attributes go with the event.
 */
export function toCloudEvent(sent: Json, { nameCloudEvent, ...context }: CloudEventContext): Intaken {
  const named = nameSent(sent, nameCloudEvent);
  if (named.kind === 'refused') return named;
  const { time } = named;
  return toEvent(time === null ? named.sent : { ...named.sent, time }, {
    ...context,
    defaultId: null,
    attributes: addTrace(named.attributes, context.attributes),
  });
}

/** The first half of it: what the event is called, before it is known whether there is such an event. */
export function nameSent(sent: Json, nameCloudEvent: CloudEventNames): NamedCloudEvent | Refused {
  if (!isJsonObject(sent))
    return refuse(
      `A CloudEvent must be an object {specversion, id, source, type, data}: got ${describe(sent)}`,
    );
  const refused = checkRequired(sent) ?? checkAttributes(sent);
  if (refused !== null) return refused;
  const data = readData(sent);
  if (data.kind === 'refused') return data;
  const { id, source, type } = sent as unknown as Required;
  const name = nameCloudEvent({ source, type });
  if (name.kind === 'unnamed') return refuse(name.message, name.hint);
  const eventId = name.isShared ? toSharedId(source, id) : id;
  const attributes = toAttributes(sent, eventId);
  const tooLarge = checkSize(attributes);
  if (tooLarge !== null) return tooLarge;
  return {
    kind: 'named',
    sent: { id: eventId, source: name.source, event: name.event, data: data.value },
    time: sent.time ?? null,
    attributes,
  };
}

/** Ids are unique within a CloudEvents source only. One that is too long to stand beside the id is there by its digest. */
function toSharedId(source: string, id: string): string {
  const whole = `${source} ${id}`;
  return whole.length <= MAX_ID_LENGTH ? whole : `sha256:${hash('sha256', source, 'hex')} ${id}`;
}

function checkRequired({ specversion, id, source, type }: JsonObject): Refused | null {
  if (specversion !== SPEC_VERSION)
    return refuse(`"specversion" must be "${SPEC_VERSION}": got ${describe(specversion)}`);
  if (typeof id !== 'string' || id === '') return refuse(`"id" must be a string: got ${describe(id)}`);
  if (!isText(source, SOURCE))
    return refuse(
      `"source" must be a URI reference of 1 to ${MAX_LENGTH} characters: got ${describe(source)}`,
    );
  if (!isText(type, TYPE))
    return refuse(
      `"type" must be a string of 1 to ${MAX_LENGTH} characters, none of them a control character: got ${describe(type)}`,
    );
  return null;
}

function isText(value: Json | undefined, pattern: RegExp): boolean {
  return (
    typeof value === 'string' && value.length <= MAX_LENGTH && value.isWellFormed() && pattern.test(value)
  );
}

type ReadData = { readonly kind: 'read'; readonly value: Json } | Refused;

/** The data, whatever JSON it is; a string that has JSON in it is a string. */
function readData({ data, data_base64: encoded, datacontenttype: type }: JsonObject): ReadData {
  if (data === undefined && !isSet(encoded)) return { kind: 'read', value: {} };
  if (isSet(type) && !(typeof type === 'string' && isJsonType(type)))
    return refuse(
      `"datacontenttype" must be application/json or another JSON in UTF-8, since the data of an event is an object: got ${describe(type)}`,
    );
  if (!isSet(encoded)) return { kind: 'read', value: data ?? null };
  if (data !== undefined) return refuse('"data" and "data_base64" cannot both be there');
  return decodeData(encoded);
}

function decodeData(encoded: Json): ReadData {
  const bytes = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : null;
  // The platform skips what is no base64.
  if (bytes === null || bytes.toString('base64') !== encoded)
    return refuse(`"data_base64" must be base64: got ${describe(encoded)}`);
  const parsed = parseJson(bytes);
  return parsed.kind === 'invalid'
    ? refuse(`"data_base64" must hold JSON: ${parsed.reason}`)
    : { kind: 'read', value: parsed.value };
}
