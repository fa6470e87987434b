import type { IncomingMessage, ServerResponse } from 'node:http';
import { HooklineError } from '../errors.ts';
import { hasAttributes } from '../intake/binary-attributes.ts';
import { type IntakeFormat, isCloudEventsType, isJsonType, toFormat } from '../intake/content-type.ts';
import { MAX_BATCH_BYTES, MAX_EVENT_BYTES } from '../intake/limits.ts';
import { readTraceContext } from '../intake/trace-context.ts';
import type { EventsParts } from './accept.ts';
import { authorize } from './access.ts';
import { type Answer, writeAnswer, writeError } from './answer.ts';
import { releaseBody } from './body-room.ts';
import { answerCloudEvent, answerCloudEventData, answerCloudEvents } from './events-cloud.ts';
import { answerConsent } from './events-consent.ts';
import { answerJson } from './events-json.ts';
import { answerLines } from './events-lines.ts';
import { answerInlet, type InletsParts, toInletSource } from './inlets.ts';
import { checkEncoding, readBody, readContent } from './read-body.ts';

/** Serves POST and OPTIONS /events, and POST /in/{source}. It runs ahead of the framework: this is the path every event takes. */
export type EventsHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Creates the handler of events that come in. */
export function createEventsHandler(parts: InletsParts): EventsHandler {
  return async (req, res) => {
    const inlet = toInletSource(req.url);
    if (inlet === null && req.method === 'OPTIONS') return answerConsent(req, res);
    try {
      writeAnswer(res, await (inlet === null ? answer(parts, req) : answerInlet(parts, req, inlet)));
    } catch (error) {
      writeError(res, error, parts.logger);
    } finally {
      releaseBody(req, res);
    }
  };
}

/** A body in one of the formats, or the data of a CloudEvent whose attributes are in headers. */
type BodyFormat = IntakeFormat | 'cloudevent-data';

async function answer(parts: EventsParts, req: IncomingMessage): Promise<Answer> {
  const sender = authorize(parts.identify, req, 'emit');
  sender?.rate.check();
  checkEncoding(req);
  const format = readFormat(req);
  const isOne = format === 'cloudevent' || format === 'cloudevent-data';
  const maxBytes = isOne ? MAX_EVENT_BYTES : MAX_BATCH_BYTES;
  const bytes = await readContent(req, await readBody(req, maxBytes), maxBytes);
  const snapshot = parts.registry.current();
  if (snapshot === null) {
    throw new HooklineError(
      'unavailable',
      'No definitions are live yet: an event accepted now would reach no hook (see /readyz)',
    );
  }
  const body = { bytes, snapshot, key: readKey(req), sender, trace: readTraceContext(req.headers) };
  switch (format) {
    case 'json':
      return answerJson(parts, body);
    case 'ndjson':
      return answerLines(parts, body);
    case 'cloudevent':
      return answerCloudEvent(parts, body);
    case 'cloudevents':
      return answerCloudEvents(parts, body);
    case 'cloudevent-data':
      return answerCloudEventData(parts, body, req);
  }
}

/** The id of an event that does not say its own; of the nth of several it is this with -n behind it. */
function readKey({ headers }: IncomingMessage): string | null {
  const { 'idempotency-key': key = null } = headers;
  return typeof key === 'string' && key !== '' ? key : null;
}

/** What a body may be, for who sent another. */
const UNDERSTOOD =
  'application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json, or JSON with the headers of a CloudEvent, in UTF-8';

function readFormat({ headers }: IncomingMessage): BodyFormat {
  const { 'content-type': type } = headers;
  const format = hasAttributes(headers) && !isCloudEventsType(type) ? toDataFormat(type) : toFormat(type);
  if (format !== null) return format;
  const found = type === undefined ? 'a body without a content-type' : `content-type "${type}"`;
  throw new HooklineError('unsupported_media_type', `Cannot read ${found}: send ${UNDERSTOOD}`);
}

/** The data of an event is an object, so nothing but JSON can be it. A CloudEvent without data may say no type. */
function toDataFormat(type: string | undefined): BodyFormat | null {
  return type === undefined || isJsonType(type) ? 'cloudevent-data' : null;
}
