import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { HooklineError } from '../errors.ts';
import type { HookEvent, Json, JsonObject } from '../event.ts';
import { toFormat } from '../intake/content-type.ts';
import { MAX_BATCH_BYTES, MAX_EVENT_BYTES } from '../intake/limits.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type Intaken, toEvent } from '../intake/to-event.ts';
import type { Appended } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Counters } from '../record/counters.ts';
import type { LiveSnapshot, Registry } from '../registry/registry.ts';
import { toErrorAnswer } from './error-handler.ts';
import { toAcceptedView } from './intake-answer.ts';
import { readBody } from './read-body.ts';

/** What POST /events works with. */
export interface EventsParts {
  readonly registry: Registry;
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Serves POST /events. It runs ahead of the framework: this is the path every event takes. */
export type EventsHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** An answer to be written. */
interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Lines of NDJSON that are made durable together. */
const LINES_AT_ONCE = 1_000;
const NEWLINE = 0x0a;

/** Creates the handler of POST /events. */
export function createEventsHandler(parts: EventsParts): EventsHandler {
  return async (req, res) => {
    try {
      write(res, await answer(parts, req));
    } catch (error) {
      const { status, headers, body } = toErrorAnswer(error, parts.logger);
      write(res, { status, headers, body: JSON.stringify(body) });
    }
  };
}

function write(
  res: ServerResponse,
  { status, contentType = 'application/json', headers = {}, body }: Answer,
): void {
  res.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
}

async function answer(parts: EventsParts, req: IncomingMessage): Promise<Answer> {
  const format = toFormat(req.headers['content-type']);
  if (format === null) throw wrongFormat(req.headers['content-type']);
  const bytes = await readBody(req, MAX_BATCH_BYTES);
  const snapshot = parts.registry.current();
  if (snapshot === null) {
    throw new HooklineError(
      'unavailable',
      'No definitions are live yet: an event accepted now would reach no hook (see /readyz)',
    );
  }
  return format === 'ndjson' ? answerLines(parts, bytes, snapshot) : answerJson(parts, bytes, snapshot);
}

function wrongFormat(contentType: string | undefined): HooklineError {
  const message = `Cannot read content-type "${contentType ?? ''}": send application/json or application/x-ndjson, in UTF-8`;
  return new HooklineError('unsupported_media_type', message);
}

function answerJson(parts: EventsParts, bytes: Buffer, snapshot: LiveSnapshot): Promise<Answer> {
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid') throw new HooklineError('bad_request', parsed.message);
  if (Array.isArray(parsed.value))
    return answerArray(parts, { items: parsed.value as readonly Json[], bytes }, snapshot);
  if (bytes.length > MAX_EVENT_BYTES) throw tooLarge();
  return answerOne(parts, parsed.value, snapshot);
}

function tooLarge(): HooklineError {
  return new HooklineError('payload_too_large', `An event may have ${MAX_EVENT_BYTES} bytes`);
}

async function answerOne(parts: EventsParts, sent: Json, snapshot: LiveSnapshot): Promise<Answer> {
  const intaken = toEvent(sent, { catalogue: snapshot.catalogue, now: parts.clock.now() });
  if (intaken.kind === 'refused') {
    parts.counters.countEvent('refused');
    throw new HooklineError('unprocessable', intaken.message, { detail: toDetail(intaken) });
  }
  const [appended] = await accept(parts, [intaken.event], snapshot);
  if (appended === undefined) throw new HooklineError('internal', 'The journal gave no answer');
  return { status: 202, body: JSON.stringify(toAcceptedView(intaken.event, appended)) };
}

function toDetail({ hint }: Intaken & { readonly kind: 'refused' }): JsonObject {
  return hint === null ? {} : { hint };
}

async function accept(
  parts: EventsParts,
  events: readonly HookEvent[],
  snapshot: LiveSnapshot,
): Promise<readonly Appended[]> {
  const results = await parts.pipeline(events, snapshot);
  for (const result of results) {
    parts.counters.countEvent(result.kind);
    if (result.kind === 'accepted') for (const { reason } of result.stops) parts.counters.countStop(reason);
  }
  return results;
}

/** An array is taken whole or not at all. */
async function answerArray(
  parts: EventsParts,
  { items, bytes }: { readonly items: readonly Json[]; readonly bytes: Buffer },
  snapshot: LiveSnapshot,
): Promise<Answer> {
  const now = parts.clock.now();
  const intaken = items.map((item) => {
    const oversized =
      bytes.length > MAX_EVENT_BYTES && Buffer.byteLength(JSON.stringify(item)) > MAX_EVENT_BYTES;
    return oversized ? refuseSize() : toEvent(item, { catalogue: snapshot.catalogue, now });
  });
  const errors = intaken.flatMap((result, index) =>
    result.kind === 'refused' ? [{ index, message: result.message, ...toDetail(result) }] : [],
  );
  if (errors.length > 0) {
    for (const _ of errors) parts.counters.countEvent('refused');
    throw new HooklineError(
      'unprocessable',
      `None of ${items.length} events was accepted: ${errors.length} cannot be`,
      { detail: { errors } },
    );
  }
  const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
  const appended = events.length === 0 ? [] : await accept(parts, events, snapshot);
  return { status: 202, body: JSON.stringify(toViews(events, appended)) };
}

function refuseSize(): Intaken {
  return { kind: 'refused', message: tooLarge().message, hint: null };
}

function toViews(events: readonly HookEvent[], appended: readonly Appended[]): readonly JsonObject[] {
  return events.flatMap((event, index) => {
    const result = appended[index];
    return result === undefined ? [] : [toAcceptedView(event, result)];
  });
}

/** NDJSON goes line by line: each is accepted or refused for itself, and answered by a line. */
async function answerLines(parts: EventsParts, bytes: Buffer, snapshot: LiveSnapshot): Promise<Answer> {
  const answers: string[] = [];
  let refused = 0;
  for (const lines of inGroups(splitLines(bytes))) {
    const group = await answerGroup(parts, lines, snapshot);
    refused += group.refused;
    answers.push(...group.answers);
  }
  const status = refused === 0 ? 202 : 207;
  return { status, contentType: 'application/x-ndjson', body: answers.map((line) => `${line}\n`).join('') };
}

/** A line of the body and its number, counted from 1. */
interface Line {
  readonly number: number;
  readonly bytes: Buffer;
}

function* splitLines(bytes: Buffer): Generator<Line> {
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline === -1 ? bytes.length : newline;
    number += 1;
    const line = bytes.subarray(from, end);
    if (!isBlank(line)) yield { number, bytes: line };
    from = end + 1;
  }
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length < 8 && line.toString('latin1').trim() === '');
}

function* inGroups(lines: Iterable<Line>): Generator<readonly Line[]> {
  let group: Line[] = [];
  for (const line of lines) {
    group.push(line);
    if (group.length === LINES_AT_ONCE) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

async function answerGroup(
  parts: EventsParts,
  lines: readonly Line[],
  snapshot: LiveSnapshot,
): Promise<{ answers: readonly string[]; refused: number }> {
  const context = { catalogue: snapshot.catalogue, now: parts.clock.now() };
  const intaken = lines.map(({ bytes }) => toLineEvent(bytes, context));
  const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
  const appended = (events.length === 0 ? [] : await accept(parts, events, snapshot)).values();
  const answers = intaken.map((result, index) => {
    if (result.kind === 'event')
      return JSON.stringify(toAcceptedView(result.event, appended.next().value ?? { kind: 'duplicate' }));
    parts.counters.countEvent('refused');
    return JSON.stringify({ line: lines[index]?.number ?? 0, message: result.message, ...toDetail(result) });
  });
  return { answers, refused: lines.length - events.length };
}

function toLineEvent(bytes: Buffer, context: Parameters<typeof toEvent>[1]): Intaken {
  if (bytes.length > MAX_EVENT_BYTES) return refuseSize();
  const parsed = parseJson(bytes);
  return parsed.kind === 'invalid'
    ? { kind: 'refused', message: parsed.message, hint: null }
    : toEvent(parsed.value, context);
}
