import type { IncomingMessage, ServerResponse } from 'node:http';
import { HooklineError } from '../errors.ts';
import { type IntakeFormat, toFormat } from '../intake/content-type.ts';
import { MAX_BATCH_BYTES } from '../intake/limits.ts';
import type { EventsParts } from './accept.ts';
import { type Answer, writeAnswer, writeError } from './answer.ts';
import { answerJson } from './events-json.ts';
import { answerLines } from './events-lines.ts';
import { readBody } from './read-body.ts';

/** Serves POST /events. It runs ahead of the framework: this is the path every event takes. */
export type EventsHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Creates the handler of POST /events. */
export function createEventsHandler(parts: EventsParts): EventsHandler {
  return async (req, res) => {
    try {
      writeAnswer(res, await answer(parts, req));
    } catch (error) {
      writeError(res, error, parts.logger);
    }
  };
}

async function answer(parts: EventsParts, req: IncomingMessage): Promise<Answer> {
  const format = readFormat(req);
  const bytes = await readBody(req, MAX_BATCH_BYTES);
  const snapshot = parts.registry.current();
  if (snapshot === null) {
    throw new HooklineError(
      'unavailable',
      'No definitions are live yet: an event accepted now would reach no hook (see /readyz)',
    );
  }
  const body = { bytes, snapshot, key: readKey(req) };
  return format === 'ndjson' ? answerLines(parts, body) : answerJson(parts, body);
}

/** The id of an event that does not say its own; of the nth of several it is this with -n behind it. */
function readKey({ headers }: IncomingMessage): string | null {
  const { 'idempotency-key': key = null } = headers;
  return typeof key === 'string' && key !== '' ? key : null;
}

function readFormat({ headers }: IncomingMessage): IntakeFormat {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity')
    throw new HooklineError(
      'unsupported_media_type',
      `Cannot read content-encoding "${encoding}": send the body as it is`,
    );
  const format = toFormat(type);
  if (format !== null) return format;
  const found = type === undefined ? 'a body without a content-type' : `content-type "${type}"`;
  throw new HooklineError(
    'unsupported_media_type',
    `Cannot read ${found}: send application/json or application/x-ndjson, in UTF-8`,
  );
}
