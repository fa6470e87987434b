import { setImmediate } from 'node:timers/promises';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { type Intaken, refuse } from '../intake/intaken.ts';
import { MAX_EVENT_BYTES } from '../intake/limits.ts';
import { createLookUp, type LookUp } from '../intake/look-up.ts';
import { parseJson } from '../intake/parse-json.ts';
import { type IntakeContext, toEvent } from '../intake/to-event.ts';
import { accept, countRefused, type EventsBody, type EventsParts, toRefusedView } from './accept.ts';
import type { Answer } from './answer.ts';
import type { EmitRate } from './emit-rate.ts';
import { EVENT_TOO_LARGE } from './events-json.ts';
import { countLines, type Line, splitLines } from './split-lines.ts';

/** Lines that are made durable together. Between two groups others get their turn. */
const LINES_AT_ONCE = 1_000;
/** More than events fit into a body: what has more is no NDJSON, and each line would be answered. */
const MAX_LINES = 500_000;

/** Answers NDJSON: each line is accepted or refused for itself, and answered by a line. */
export async function answerLines(parts: EventsParts, body: EventsBody): Promise<Answer> {
  if (countLines(body.bytes) > MAX_LINES)
    throw new HooklineError('payload_too_large', `A body may have at most ${MAX_LINES} lines`);
  const lookUp = createLookUp(body.snapshot.catalogue);
  const answers: string[] = [];
  let refused = 0;
  for (const lines of inGroups(splitLines(body.bytes))) {
    const group = await answerGroup(parts, { ...body, lines, lookUp }).catch((error: unknown) => {
      // What was accepted before stays so, and its answer must come: what failed is said line by line.
      if (answers.length === 0 || !(error instanceof HooklineError)) throw error;
      return refuseGroup(parts, { ...body, lines }, error);
    });
    refused += group.refused;
    for (const view of group.views) answers.push(`${JSON.stringify(view)}\n`);
    await setImmediate();
  }
  return {
    status: refused === 0 ? 202 : 207,
    contentType: 'application/x-ndjson',
    body: answers.join(''),
  };
}

function* inGroups(lines: Iterable<Line>): Generator<readonly Line[]> {
  let group: Line[] = [];
  for (const line of lines) {
    group.push(line);
    if (group.length < LINES_AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The answers to some lines. */
interface Group {
  readonly views: readonly JsonObject[];
  readonly refused: number;
}

async function answerGroup(
  parts: EventsParts,
  body: EventsBody & { readonly lines: readonly Line[]; readonly lookUp: LookUp },
): Promise<Group> {
  const { key, sender, trace, lines, lookUp } = body;
  const context = { lookUp, now: parts.clock.now(), sender, attributes: trace };
  const read = lines.map(({ bytes, number }) =>
    toLineEvent(bytes, { ...context, defaultId: key && `${key}-${number}` }),
  );
  const intaken = sender === null ? read : limit(read, sender.rate);
  const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
  const accepted = (await accept(parts, events, body)).values();
  const views = intaken.map((result, index): JsonObject => {
    if (result.kind === 'event') return accepted.next().value ?? {};
    return { line: lines[index]?.number ?? 0, ...toRefusedView(result) };
  });
  countRefused(parts, body, lines.length - events.length);
  return { views, refused: lines.length - events.length };
}

/** Refuses the events that are more than may be sent now: the last ones. */
function limit(intaken: readonly Intaken[], rate: EmitRate): readonly Intaken[] {
  const events = intaken.filter(({ kind }) => kind === 'event');
  const { granted, message } = rate.spendUpTo(events.length);
  if (granted === events.length) return intaken;
  const late = new Set(events.slice(granted));
  return intaken.map((result) => (late.has(result) ? refuse(message) : result));
}

function refuseGroup(
  parts: EventsParts,
  body: EventsBody & { readonly lines: readonly Line[] },
  { message }: HooklineError,
): Group {
  const views = body.lines.map(({ number }) => ({ line: number, message }));
  countRefused(parts, body, views.length);
  return { views, refused: views.length };
}

function toLineEvent(bytes: Buffer, context: IntakeContext): Intaken {
  if (bytes.length > MAX_EVENT_BYTES) return refuse(EVENT_TOO_LARGE);
  const parsed = parseJson(bytes);
  return parsed.kind === 'invalid' ? refuse(parsed.message) : toEvent(parsed.value, context);
}
