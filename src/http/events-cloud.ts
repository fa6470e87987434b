import type { IncomingMessage } from 'node:http';
import { HooklineError } from '../errors.ts';
import { readAttributes } from '../intake/binary-attributes.ts';
import { toCloudEvent } from '../intake/cloud-event.ts';
import type { LiveSnapshot } from '../registry/registry.ts';
import type { EventsBody, EventsParts } from './accept.ts';
import type { Answer } from './answer.ts';
import { answerArray, answerOne, readJson, type Take } from './events-json.ts';

/** Answers a CloudEvent in structured mode: the body is all of it. */
export function answerCloudEvent(parts: EventsParts, body: EventsBody): Promise<Answer> {
  return answerOne(parts, readJson(body.bytes), { ...body, take: takeBy(body.snapshot) });
}

/** Answers CloudEvents in batched mode: taken whole or not at all. */
export async function answerCloudEvents(parts: EventsParts, body: EventsBody): Promise<Answer> {
  const batch = readJson(body.bytes);
  if (!Array.isArray(batch))
    throw new HooklineError('unprocessable', 'A batch of CloudEvents must be an array of them');
  return answerArray(parts, batch, { ...body, take: takeBy(body.snapshot) });
}

/** Answers a CloudEvent in binary mode: the body is its data, headers are its attributes. */
export async function answerCloudEventData(
  parts: EventsParts,
  body: EventsBody,
  { headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
): Promise<Answer> {
  const read = readAttributes(rawHeaders);
  if (read.kind === 'invalid') throw new HooklineError('bad_request', read.message);
  const document = { ...body, take: takeBy(body.snapshot) };
  if (body.bytes.length === 0) return answerOne(parts, read.attributes, document);
  const { 'content-type': datacontenttype } = headers;
  if (datacontenttype === undefined)
    throw new HooklineError(
      'unsupported_media_type',
      'Cannot read data without a content-type: say what it is',
    );
  return answerOne(parts, { ...read.attributes, datacontenttype, data: readJson(body.bytes) }, document);
}

function takeBy({ catalogue: { nameCloudEvent } }: LiveSnapshot): Take {
  return (sent, context) => toCloudEvent(sent, { ...context, nameCloudEvent });
}
